// The form of an annotation: what it is on, text, colour, tags. Enter in the text saves, Shift+Enter begins a line.
import { useState, type KeyboardEvent, type ReactNode } from 'react';
import {
  COLOURS,
  tagsFrom,
  TEXT_LENGTH_MAX,
  type Annotation,
  type Colour,
  type Place,
} from '../../app/annotations/annotation.ts';
import { lengthText } from '../canvas/time-scale.ts';
import {
  addAnnotation,
  annotationsNow,
  changeAnnotation,
  placesNow,
  removeAnnotation,
  storeTime,
  useAnnotations,
} from '../session/annotations.ts';
import { showOverlay } from '../state/actions.ts';
import type { NodeDirectory } from '../state/node-directory.ts';
import { useSession } from '../state/session-store.ts';
import { Modal } from '../widgets/modal.tsx';
import './annotate-dialog.css';

/** What an annotation is on, in words. */
export function placeWords(on: Place, nodes: NodeDirectory): string {
  switch (on.kind) {
    case 'packet':
      return `frame ${on.frame}`;
    case 'node':
      return nodes.label(on.nodeid);
    case 'span':
      return `a stretch of ${lengthText(storeTime(on.to) - storeTime(on.from))}`;
    case 'finding':
      return `finding ${on.finding.split('@')[0]?.replaceAll('-', ' ') ?? on.finding}`;
  }
}

const COLOUR_WORDS: Readonly<Record<Colour, string>> = {
  note: 'grey',
  failure: 'vermilion',
  warning: 'amber',
  operational: 'green',
  gather: 'orange',
  commit: 'sky blue',
  recovery: 'purple',
};

function Colours({
  colour,
  onChange,
}: {
  readonly colour: Colour;
  readonly onChange: (colour: Colour) => void;
}): ReactNode {
  return (
    <fieldset className="annotate-colours">
      <legend>Colour</legend>
      {COLOURS.map((name) => (
        <label key={name} title={COLOUR_WORDS[name]}>
          <input type="radio" name="colour" checked={colour === name} onChange={() => onChange(name)} />
          <span className="swatch" style={{ background: `var(--${name})` }} />
          <span className="hidden-text">{COLOUR_WORDS[name]}</span>
        </label>
      ))}
    </fieldset>
  );
}

const close = (): void => showOverlay(null);

interface FieldProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly onSave: () => void;
}

/** Enter saves, Shift+Enter begins a line. */
const savesOn =
  (save: () => void) =>
  (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || event.shiftKey) return;
    event.preventDefault();
    save();
  };

function TextField({ value, onChange, onSave }: FieldProps): ReactNode {
  return (
    <label>
      <span>Text</span>
      <textarea
        id="annotation-text"
        autoFocus
        rows={4}
        maxLength={TEXT_LENGTH_MAX}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={savesOn(onSave)}
      />
    </label>
  );
}

function TagsField({ value, onChange, onSave }: FieldProps): ReactNode {
  return (
    <label>
      <span>Tags</span>
      <input
        type="text"
        placeholder="switch, igmp"
        value={value}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={savesOn(onSave)}
      />
    </label>
  );
}

function Form({ known }: { readonly known: Annotation | undefined }): ReactNode {
  const nodes = useSession((state) => state.nodes);
  const [places] = useState<readonly Place[]>(() => (known === undefined ? placesNow() : [known.on]));
  const [at, setAt] = useState(0);
  const [text, setText] = useState(known?.text ?? '');
  const [colour, setColour] = useState<Colour>(known?.colour ?? 'note');
  const [tags, setTags] = useState(known?.tags.join(' ') ?? '');
  const on = places[at];
  const save = (): void => {
    if (text.trim() === '' || on === undefined) return;
    const made = { on, text: text.trim(), colour, tags: tagsFrom(tags) };
    if (known === undefined) addAnnotation(made);
    else changeAnnotation(known.id, made);
    close();
  };
  const remove = (): void => {
    if (known !== undefined) removeAnnotation(known.id);
    close();
  };
  return (
    <div className="modal-body annotate">
      <label className="annotate-on">
        On{' '}
        <select value={at} disabled={places.length < 2} onChange={(event) => setAt(Number(event.target.value))}>
          {places.map((place, i) => (
            <option key={placeWords(place, nodes)} value={i}>
              {placeWords(place, nodes)}
            </option>
          ))}
        </select>
      </label>
      <TextField value={text} onChange={setText} onSave={save} />
      <TagsField value={tags} onChange={setTags} onSave={save} />
      <Colours colour={colour} onChange={setColour} />
      <div className="annotate-buttons">
        <button type="button" className="primary" disabled={text.trim() === ''} onClick={save}>
          {known === undefined ? 'Annotate' : 'Change'}
        </button>
        {known === undefined ? null : (
          <button type="button" onClick={remove}>
            Remove
          </button>
        )}
        <span className="muted">Enter saves, Shift+Enter begins a line</span>
      </div>
    </div>
  );
}

export function AnnotateDialog(): ReactNode {
  const edited = useAnnotations((state) => state.edited);
  const known = annotationsNow().find(({ id }) => id === edited);
  return (
    <Modal id="annotate" title={known === undefined ? 'Annotate' : 'Change the annotation'} onClose={close}>
      <Form known={known} />
    </Modal>
  );
}
