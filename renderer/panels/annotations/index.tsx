// A person's notes on the capture: found by words, gone to by a click, changed, undone and done again.
import { useMemo, useState, type ReactNode } from 'react';
import type { Annotation } from '../../../app/annotations/annotation.ts';
import { searchAnnotations } from '../../../app/annotations/list.ts';
import { placeWords } from '../../overlays/annotate-dialog.tsx';
import { editAnnotation, redo, storeTime, undo, useAnnotations } from '../../session/annotations.ts';
import { markSpan, selectFinding, selectNode, selectRow, selectTime } from '../../state/actions.ts';
import { useSession } from '../../state/session-store.ts';
import { Pane } from '../../widgets/pane.tsx';
import './annotations.css';

/** Goes to what an annotation is on. */
function goTo({ on }: Annotation): void {
  if (on.kind === 'packet') selectRow(on.frame - 1);
  else if (on.kind === 'node') selectNode(on.nodeid);
  else if (on.kind === 'finding') {
    const finding = useSession.getState().analysis?.findings.find(({ id }) => id === on.finding);
    if (finding !== undefined) selectFinding(finding);
  } else {
    const [from, to] = [storeTime(on.from), storeTime(on.to)];
    selectTime(from);
    markSpan({ from, to });
  }
}

function Note({ own }: { readonly own: Annotation }): ReactNode {
  const nodes = useSession((state) => state.nodes);
  return (
    <li className="note" style={{ borderColor: `var(--${own.colour})` }} data-note={own.id}>
      <button type="button" className="note-go" onClick={() => goTo(own)}>
        <span className="note-on">{placeWords(own.on, nodes)}</span>
        <span className="note-text">{own.text}</span>
        <span className="note-tags">{own.tags.map((tag) => `#${tag}`).join(' ')}</span>
      </button>
      <button type="button" aria-label={`Change: ${own.text}`} onClick={() => editAnnotation(own.id)}>
        Change
      </button>
    </li>
  );
}

/** Notes that are listed at once. */
const SHOWN_MAX = 500;

export function AnnotationList(): ReactNode {
  const { now, past, future } = useAnnotations((state) => state.history);
  const path = useAnnotations((state) => state.path);
  const [asked, setAsked] = useState('');
  const found = useMemo(() => searchAnnotations(now, asked), [now, asked]);
  return (
    <Pane id="annotations" title="Annotations">
      <div className="notes">
        <input
          type="search"
          aria-label="search the annotations"
          placeholder="words, #tag, on:node"
          value={asked}
          onChange={(event) => setAsked(event.target.value)}
        />
        <ul className="scroll" tabIndex={0} aria-label="annotations">
          {found.slice(0, SHOWN_MAX).map((own) => (
            <Note key={own.id} own={own} />
          ))}
        </ul>
        <p className="notes-foot">
          <span className="muted">
            {now.length === 0
              ? 'Choose a packet, a finding, a node or a stretch of time, and press A.'
              : `${found.length} of ${now.length}${path === null ? '; they last as long as this window' : ''}`}
          </span>
          <button type="button" disabled={past.length === 0} title="Undo (Ctrl+Z)" onClick={undo}>
            Undo
          </button>
          <button type="button" disabled={future.length === 0} title="Redo (Ctrl+Shift+Z)" onClick={redo}>
            Redo
          </button>
        </p>
      </div>
    </Pane>
  );
}
