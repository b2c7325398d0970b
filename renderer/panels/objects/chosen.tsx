// One object explained: its id taken apart, its hash, each step of the walk to its copies, and what lies on the disks.
import { useState, type ReactNode } from 'react';
import type { StoreMap, StoreObject } from '../../../app/lab/objects/store-map.ts';
import { readObjectId } from '../../../protocol/sheep/object-id.ts';
import type { Walk } from '../../../protocol/sheep/placement/walk.ts';
import type { ShownStore } from '../../lab/use-store-map.ts';
import { selectObject } from '../../state/actions.ts';
import { hashText, idParts, namesOf, sizeText, startText, stateText, stepText } from './words.ts';

/** The first object whose id begins or ends with what was typed, or that has it in its id. */
function find({ objects }: StoreMap, typed: string): StoreObject | undefined {
  const text = typed.trim().toLowerCase().replace(/^0x/, '');
  if (text === '') return undefined;
  return (
    objects.find(({ oid }) => oid === text.padStart(16, '0')) ??
    objects.find(({ oid }) => oid.startsWith(text) || oid.endsWith(text)) ??
    objects.find(({ oid }) => oid.includes(text))
  );
}

function FindObject({ map }: { readonly map: StoreMap }): ReactNode {
  const [typed, setTyped] = useState('');
  const found = find(map, typed);
  return (
    <form
      className="object-find"
      onSubmit={(event) => {
        event.preventDefault();
        if (found !== undefined) selectObject(found.oid);
      }}
    >
      <input
        type="search"
        value={typed}
        placeholder="object id, or a part of it"
        aria-label="Find an object by its id"
        spellCheck={false}
        onChange={(event) => setTyped(event.target.value)}
      />
      <button type="submit" disabled={found === undefined}>
        Find object
      </button>
    </form>
  );
}

function Id({ object, vdiName }: { readonly object: StoreObject; readonly vdiName: string | null }): ReactNode {
  return (
    <dl className="object-id">
      {idParts(object, vdiName).map(({ digits, word, says }) => (
        <div key={word}>
          <dd className="object-digits">{digits}</dd>
          <dt>{word}</dt>
          <dd>{says}</dd>
        </div>
      ))}
    </dl>
  );
}

interface WalkProps {
  readonly walk: Walk;
  readonly map: StoreMap;
  readonly steps: number;
  readonly onStep: (steps: number) => void;
}

function WalkSteps({ walk, map, steps, onStep }: WalkProps): ReactNode {
  return (
    <>
      <p className="object-hash">
        FNV-1a of the id, little-endian: <code>{hashText(walk.hash)}</code>
        <br />
        {startText(walk)}:
      </p>
      <ol className="object-walk">
        {walk.steps.map((step, i) => (
          <li key={i} className={step.verdict === 'chosen' ? 'walk-chosen' : 'walk-passed'} hidden={i >= steps}>
            <button type="button" onClick={() => onStep(i + 1)} title="Draw the walk up to this step">
              <code>{hashText(step.id)}</code> {stepText(step, map)}
            </button>
          </li>
        ))}
      </ol>
      <p className="object-steps">
        <button type="button" disabled={steps <= 1} onClick={() => onStep(steps - 1)}>
          Step back
        </button>
        <button type="button" disabled={steps >= walk.steps.length} onClick={() => onStep(steps + 1)}>
          Step on
        </button>
        <span>
          step {Math.min(steps, walk.steps.length)} of {walk.steps.length}
        </span>
      </p>
    </>
  );
}

export interface ChosenProps {
  readonly shown: ShownStore;
  readonly object: StoreObject | null;
  readonly walk: Walk | null;
  readonly steps: number;
  readonly onStep: (steps: number) => void;
}

export function Chosen({ shown, object, walk, steps, onStep }: ChosenProps): ReactNode {
  const { map, source, vdiNames } = shown;
  if (object === null || walk === null)
    return (
      <>
        <FindObject map={map} />
        <p className="object-hint">
          {map.objects.length === 0
            ? source === 'lab'
              ? 'No objects yet: format the cluster and create an image, in the Traffic panel or a node’s shell.'
              : 'This capture names no objects at this moment: neither images were made nor blocks moved.'
            : 'Click an object to see its id taken apart, and the walk round the ring to its copies.'}
        </p>
      </>
    );
  const places = namesOf(map.nodes, object.wanted);
  const isOdd = object.held !== null && stateText(object, map.nodes) !== 'as placed';
  return (
    <>
      <FindObject map={map} />
      <Id object={object} vdiName={vdiNames.get(readObjectId(object.id).vdi) ?? null} />
      <WalkSteps {...{ walk, map, steps, onStep }} />
      <p className={isOdd ? 'object-state object-odd' : 'object-state'}>
        {object.octets === 0 ? '' : `${sizeText(object.octets)}. `}
        Placed on {places}.{' '}
        {object.held === null
          ? 'What lies on the disks is not in this capture.'
          : `On disk: ${stateText(object, map.nodes)}.`}
        {walk.copies < object.copies ? ` Only ${walk.copies} of ${object.copies} copies: too few zones.` : ''}
      </p>
    </>
  );
}
