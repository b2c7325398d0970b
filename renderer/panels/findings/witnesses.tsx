// Other witnesses beside the packets: what each log claims, whether the wire bears it out, with the line and the
// packets that show it, both gone to by a click; the timers that a configuration puts in force.
import { useState, type ReactNode } from 'react';
import { byVerdict, witnessText } from '../../../app/analysis/witnesses/beside.ts';
import type { Verdict } from '../../../app/analysis/witnesses/verdicts.ts';
import type { PlacedStatement, WitnessReport } from '../../../app/analysis/witnesses/witness.ts';
import { useWitnesses } from '../../session/witnesses.ts';
import { selectRow } from '../../state/actions.ts';
import { shortSays } from '../../state/node-directory.ts';
import { useSession } from '../../state/session-store.ts';
import { useView } from '../../state/view-store.ts';
import { secondsText } from '../times.ts';

/** Claims of one witness that are shown at once. */
const CLAIMS_SHOWN_MAX = 6;
/** Lines of a log around one that are shown with it. */
const LINES_AROUND = 3;
/** Letters of one line that are shown. */
const LINE_LETTERS_MAX = 300;

const SIGNS: Readonly<Record<Verdict, string>> = { contradicts: '✕', agrees: '✓', 'cannot tell': '·' };
const WORDS: Readonly<Record<Verdict, string>> = {
  contradicts: 'the packets contradict',
  agrees: 'the packets agree',
  'cannot tell': 'the packets cannot tell',
};

/** A line of a log with those around it, numbered as in the file. */
function LogLines({ text, line }: { readonly text: string; readonly line: number }): ReactNode {
  const lines = text.split('\n');
  const first = Math.max(1, line - LINES_AROUND);
  const shown = lines.slice(first - 1, line + LINES_AROUND);
  return (
    <pre className="log-lines" tabIndex={0}>
      {shown.map((own, i) => (
        <span key={first + i} className={first + i === line ? 'log-line-meant' : undefined}>
          {String(first + i).padStart(5)} {own.slice(0, LINE_LETTERS_MAX)}
          {'\n'}
        </span>
      ))}
    </pre>
  );
}

interface ClaimProps {
  readonly claim: PlacedStatement;
  readonly start: number;
  readonly text: string;
}

function Claim({ claim, start, text }: ClaimProps): ReactNode {
  const { line, timeNs, says, count, verdict, wire, frames } = claim;
  const row = useView((state) => state.row);
  const nodes = useSession((state) => state.nodes);
  const [isOpen, setIsOpen] = useState(false);
  return (
    <li className={`claim claim-${verdict.replace(' ', '-')}`}>
      <span className="claim-verdict">
        <i aria-hidden="true">{SIGNS[verdict]}</i> {WORDS[verdict]}
      </span>
      <time>{timeNs === null ? '' : `${secondsText(timeNs - start)} s`}</time>
      <p>
        <button
          type="button"
          className="proof-frame"
          aria-expanded={isOpen}
          title="Show the line, and those around it"
          onClick={() => setIsOpen(!isOpen)}
        >
          line {line}
        </button>{' '}
        <q>{says}</q>
        {count > 1 ? ` ${count} times` : ''}
      </p>
      {isOpen ? <LogLines {...{ text, line }} /> : null}
      <p>
        {shortSays(wire, nodes)}{' '}
        {frames.map((frame) => (
          <button
            key={frame}
            type="button"
            className="proof-frame"
            aria-pressed={row === frame - 1}
            aria-label={`frame ${frame}`}
            onClick={() => selectRow(frame - 1)}
          >
            {frame}
          </button>
        ))}
      </p>
    </li>
  );
}

interface WitnessProps {
  readonly report: WitnessReport;
  readonly text: string;
  readonly start: number;
}

function Witness({ report, text, start }: WitnessProps): ReactNode {
  const { node, nodeid, statements, differences } = report;
  const nodes = useSession((state) => state.nodes);
  const [isAll, setIsAll] = useState(false);
  const ranked = byVerdict(statements);
  const shown = isAll ? ranked : ranked.slice(0, CLAIMS_SHOWN_MAX);
  return (
    <>
      <p className="witness">
        <b>{nodeid === null ? node : nodes.label(nodeid)}</b>: {witnessText(report)}
      </p>
      <ul className="claims">
        {differences.map(({ name, dump, wire }) => (
          <li key={name} className="claim claim-contradicts">
            <span className="claim-verdict">
              <i aria-hidden="true">{SIGNS.contradicts}</i> {name}
            </span>
            <p>
              the dump says {dump}, the packets: {wire}
            </p>
          </li>
        ))}
        {shown.map((claim) => (
          <Claim key={claim.line} {...{ claim, start, text }} />
        ))}
      </ul>
      {ranked.length <= CLAIMS_SHOWN_MAX || isAll ? null : (
        <button type="button" className="findings-more" onClick={() => setIsAll(true)}>
          Show {ranked.length - CLAIMS_SHOWN_MAX} more of {nodeid === null ? node : nodes.label(nodeid)}
        </button>
      )}
    </>
  );
}

export function Witnesses({ start }: { readonly start: number }): ReactNode {
  const { logs, conf, beside } = useWitnesses();
  const { reports, timers, timerNotes } = beside;
  if (reports.length === 0 && conf === null) return null;
  const { token = 0, tokenRetransmit = 0, consensus = 0, join = 0, merge = 0 } = timers ?? {};
  const said = `token ${token} ms, token_retransmit ${tokenRetransmit} ms, consensus ${consensus} ms`;
  return (
    <section aria-label="witnesses">
      <h3>Logs and configuration beside the packets</h3>
      {reports.map((report, i) => (
        <Witness key={report.node} {...{ report, start }} text={logs[i]?.text ?? ''} />
      ))}
      {conf === null ? null : (
        <p className="witness">
          <b>{conf.name}</b>: {said}, join {join} ms, merge {merge} ms
        </p>
      )}
      {timerNotes.map(({ severity, says }) => (
        <p key={says} className="witness">
          {severity === 'warning' ? <b className="claim-warning">warning </b> : null}
          {says}
        </p>
      ))}
    </section>
  );
}
