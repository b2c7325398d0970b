// What is exported: of what, how much, with or without what tells whose it is. Says how far it has got, and what became
// of it.
import { useState, type ReactNode } from 'react';
import type { ExportKind } from '../../app/ipc/contract.ts';
import { lengthText } from '../canvas/time-scale.ts';
import { runExport, stopExport, useExport } from '../session/exporting.ts';
import { useAnnotations } from '../session/annotations.ts';
import { useWitnesses } from '../session/witnesses.ts';
import { openCapture, showOverlay } from '../state/actions.ts';
import { useSession } from '../state/session-store.ts';
import { useView } from '../state/view-store.ts';
import { Modal } from '../widgets/modal.tsx';
import './annotate-dialog.css';

const TITLES: Readonly<Record<ExportKind, string>> = {
  capture: 'Export the annotated capture',
  report: 'Write the report',
  table: 'Write the table',
};
const WHAT: Readonly<Record<ExportKind, string>> = {
  capture:
    'A pcapng file: findings and annotations as comments that Wireshark shows, an interface for each node and link, ' +
    'names, log lines. It opens here with all of it. Keys are never in it.',
  report: 'One file without scripts: the verdict, the timeline, the evidence packet by packet, what to look at.',
  table: 'The packets as CSV, a line for each.',
};

interface TickProps {
  readonly isOn: boolean;
  readonly label: string;
  readonly onChange: (isOn: boolean) => void;
}

function Tick({ isOn, label, onChange }: TickProps): ReactNode {
  return (
    <label>
      <input type="checkbox" checked={isOn} onChange={(event) => onChange(event.target.checked)} /> {label}
    </label>
  );
}

const counted = (count: number, one: string): string => `${count} ${count === 1 ? one : `${one}s`}`;

function Form({ kind }: { readonly kind: ExportKind }): ReactNode {
  const marked = useView((state) => state.marked);
  const filter = useSession((state) => state.filter.text);
  const findings = useSession((state) => state.analysis?.findings.length ?? 0);
  const notes = useAnnotations((state) => state.history.now.length);
  const logs = useWitnesses((state) => state.logs.length);
  const [isSpan, setIsSpan] = useState(false);
  const [isScrubbed, setIsScrubbed] = useState(false);
  const [hasFindings, setHasFindings] = useState(true);
  const [hasLogs, setHasLogs] = useState(true);
  const [isFiltered, setIsFiltered] = useState(true);
  const run = (): void => void runExport({ kind, isSpan, isScrubbed, hasFindings, hasLogs, isFiltered });
  return (
    <>
      <fieldset>
        {marked === null || kind === 'report' ? null : (
          <Tick isOn={isSpan} onChange={setIsSpan} label={`Only the marked ${lengthText(marked.to - marked.from)}`} />
        )}
        {kind !== 'capture' ? null : (
          <Tick isOn={hasFindings} onChange={setHasFindings} label={`With ${counted(findings, 'finding')}`} />
        )}
        {logs === 0 || kind === 'table' ? null : (
          <Tick isOn={hasLogs} onChange={setHasLogs} label={`With the lines of ${counted(logs, 'log')}`} />
        )}
        {kind === 'table' && filter.trim() !== '' ? (
          <Tick isOn={isFiltered} onChange={setIsFiltered} label={`Only what the filter finds: ${filter}`} />
        ) : null}
        <Tick
          isOn={isScrubbed}
          onChange={setIsScrubbed}
          label="For strangers: other addresses and names, no payloads, the same everywhere"
        />
      </fieldset>
      <p className="muted">
        {notes === 0
          ? 'There is no annotation.'
          : `${counted(notes, 'annotation')} ${notes === 1 ? 'goes' : 'go'} along.`}
        {isScrubbed ? ' Read your own words again: only known addresses and names in them are replaced.' : ''}
      </p>
      <div className="annotate-buttons">
        <button type="button" className="primary" autoFocus onClick={run}>
          Choose where…
        </button>
      </div>
    </>
  );
}

function Said(): ReactNode {
  const said = useExport((state) => state.said);
  const kind = useExport((state) => state.kind);
  if (said === null) return null;
  if (said.problem !== null)
    return (
      <p role="alert" className="problem-text">
        {said.name === '' ? '' : `${said.name} is not written: `}
        {said.problem}
      </p>
    );
  return (
    <p role="status">
      {said.name} is written.{' '}
      {kind === 'capture' ? (
        <button
          type="button"
          onClick={() => {
            showOverlay(null);
            void openCapture(said.path);
          }}
        >
          Open it here
        </button>
      ) : null}
    </p>
  );
}

export function ExportDialog(): ReactNode {
  const kind = useExport((state) => state.kind);
  const running = useExport((state) => state.running);
  return (
    <Modal id="export" title={TITLES[kind]} onClose={() => showOverlay(null)}>
      <div className="modal-body export-form">
        <p>{WHAT[kind]}</p>
        {running === null ? (
          <Form kind={kind} />
        ) : (
          <div className="annotate-buttons" role="status">
            <span>
              Writing {running.name}: {(running.octets / 1e6).toFixed(1)} MB
            </span>
            <button type="button" onClick={stopExport}>
              Stop
            </button>
          </div>
        )}
        <Said />
      </div>
    </Modal>
  );
}
