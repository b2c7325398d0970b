// What is worth a person's eyes, in order of time: findings, then the rings there were. A click goes to the moment.
import { memo, useMemo, useState, type ReactNode } from 'react';
import type { Finding, RingHistory, Severity } from '../../../app/analysis/result.ts';
import { packets, selectEvidence, selectFinding, selectRing, timeOfRow } from '../../state/actions.ts';
import { shortSays, type NodeDirectory } from '../../state/node-directory.ts';
import { useSession } from '../../state/session-store.ts';
import { useView } from '../../state/view-store.ts';
import { Witnesses } from './witnesses.tsx';
import { Pane } from '../../widgets/pane.tsx';
import { secondsText } from '../times.ts';
import './findings.css';

const FLAG = 'M3 1V13M3 1.5H11L9 4.5L11 7.5H3';

export function Flag({ severity }: { readonly severity: Severity }): ReactNode {
  const colour = severity === 'info' ? 'note' : severity;
  return (
    <svg className="flag" width="13" height="14" viewBox="0 0 13 14" aria-hidden="true">
      <path d={FLAG} fill={`var(--${colour})`} stroke={`var(--${colour})`} strokeWidth={1.4} />
    </svg>
  );
}

const CAUSES: Readonly<Record<RingHistory['cause'], string>> = {
  start: 'start',
  join: 'join',
  leave: 'leave',
  'token-loss': 'token loss',
  merge: 'merge',
  'foreign-message': 'foreign message',
  'failed-to-receive': 'failed to receive',
  'interface-change': 'interface change',
  unknown: 'cause unknown',
};

interface FindingItemProps {
  readonly finding: Finding;
  readonly start: number;
  readonly nodes: NodeDirectory;
}

/** Follows the chosen moment by itself: thousands of others need not be looked at when it moves. */
const FindingItem = memo(function FindingItem({ finding, start, nodes }: FindingItemProps): ReactNode {
  const { id, severity, time, says, cause, advice, rule } = finding;
  const isNow = useView((state) => state.time === time);
  const isOpen = useView((state) => state.finding === id);
  return (
    <li>
      <button
        type="button"
        aria-expanded={isOpen}
        className={`finding finding-${severity}`}
        aria-pressed={isNow}
        data-rule={rule}
        title={[says, cause, advice].filter((part) => part !== null).join('\n\n')}
        onClick={() => selectFinding(finding)}
      >
        <Flag severity={severity} />
        <span className="finding-word">{severity}</span>
        <time>{secondsText(time - start)} s</time>
        <span className="finding-says">{shortSays(says, nodes)}</span>
      </button>
      {isOpen ? <Proof finding={finding} nodes={nodes} /> : null}
    </li>
  );
});

/** Frames of one piece of evidence that are buttons at once. */
const FRAMES_SHOWN_MAX = 12;

/** What proves a finding, what caused it, what to look at: each packet is gone to by a click. */
function Proof({ finding, nodes }: { readonly finding: Finding; readonly nodes: NodeDirectory }): ReactNode {
  const { id, evidence, cause, advice, confidence, because, reference } = finding;
  const row = useView((state) => state.row);
  const isRemembered = useSession((state) => state.remembered.has(id));
  const origin = useSession((state) => state.analysis?.findings.find((own) => own.id === because));
  return (
    <div className="finding-proof">
      {evidence.map(({ says, frames }, i) => (
        <p key={`${says} ${i}`}>
          {shortSays(says, nodes)}{' '}
          {frames.slice(0, FRAMES_SHOWN_MAX).map((frame) => (
            <button
              key={frame}
              type="button"
              className="proof-frame"
              aria-pressed={row === frame - 1}
              aria-label={`frame ${frame}`}
              onClick={() => selectEvidence(id, frame)}
            >
              {frame}
            </button>
          ))}
          {frames.length > FRAMES_SHOWN_MAX ? ` … ${frames.length - FRAMES_SHOWN_MAX} more` : ''}
        </p>
      ))}
      {cause === null ? null : (
        <p>
          <b>Cause</b> {shortSays(cause, nodes)}
        </p>
      )}
      {advice === null ? null : (
        <p>
          <b>Look at</b> {shortSays(advice, nodes)}
        </p>
      )}
      {origin === undefined ? null : (
        <p>
          <b>Follows from</b>{' '}
          <button type="button" className="proof-frame" onClick={() => selectFinding(origin)}>
            {origin.rule.replaceAll('-', ' ')}
          </button>
        </p>
      )}
      <p className="muted">
        Sure by {Math.round(confidence * 100)} %{reference === null ? '' : ` · ${reference}`}
        {isRemembered ? ' · remembered by the capture; its packets no longer show it' : ''}
      </p>
    </div>
  );
}

interface RingItemProps {
  readonly ring: RingHistory;
  readonly start: number;
  readonly nodes: NodeDirectory;
}

const RingItem = memo(function RingItem({ ring, start, nodes }: RingItemProps): ReactNode {
  const { id, members, firstToken, lastToken, committed, cause } = ring;
  const time = firstToken ?? committed ?? 0;
  const isNow = useView(({ time: now }) => {
    return now !== null && firstToken !== null && lastToken !== null && now >= firstToken && now <= lastToken;
  });
  return (
    <li>
      <button
        type="button"
        className="finding ring-item"
        aria-pressed={isNow}
        title={`ring ${id}`}
        onClick={() => selectRing(ring)}
      >
        <span className="finding-word">
          {nodes.label(ring.rep).replace(/^node /, '')}:{String(ring.seq)}
        </span>
        <time>{secondsText(time - start)} s</time>
        <span className="finding-says">
          {members.map((member) => nodes.label(member)).join(', ')}
          <em>{firstToken === null ? 'never turned' : CAUSES[cause]}</em>
        </span>
      </button>
    </li>
  );
});

const WEIGHT: Readonly<Record<Severity, number>> = { failure: 0, warning: 1, info: 2 };

/** Entries of each list that are shown at once; more are shown when asked for. */
const SHOWN_MAX = 100;

/** A list that shows its first entries, and says how many more there are. */
function Listed<T>({
  entries,
  render,
}: {
  readonly entries: readonly T[];
  readonly render: (entry: T) => ReactNode;
}): ReactNode {
  const [shown, setShown] = useState(SHOWN_MAX);
  const more = entries.length - shown;
  return (
    <>
      <ul>{entries.slice(0, shown).map(render)}</ul>
      {more <= 0 ? null : (
        <button type="button" className="findings-more" onClick={() => setShown(shown + SHOWN_MAX)}>
          Show more: {more.toLocaleString('en')} are not shown
        </button>
      )}
    </>
  );
}

export function Findings(): ReactNode {
  const phase = useSession((state) => state.phase);
  const analysis = useSession((state) => state.analysis);
  const nodes = useSession((state) => state.nodes);
  const found = analysis?.findings;
  const findings = useMemo(
    () => [...(found ?? [])].sort((a, b) => WEIGHT[a.severity] - WEIGHT[b.severity] || a.time - b.time),
    [found],
  );
  const start = packets().length === 0 ? 0 : timeOfRow(0);
  const rings = analysis?.rings ?? [];
  return (
    <Pane id="findings" title="Findings">
      <div className="findings scroll" tabIndex={0} role="region" aria-label="findings and rings">
        {findings.length === 0 ? (
          <p className="findings-none">Nothing that stands out{phase === 'done' ? '' : ' so far'}.</p>
        ) : null}
        <Listed
          entries={findings}
          render={(finding) => <FindingItem key={finding.id} {...{ finding, start, nodes }} />}
        />
        <Witnesses start={start} />
        <h3>{rings.length === 1 ? '1 ring' : `${rings.length.toLocaleString('en')} rings`}</h3>
        <Listed entries={rings} render={(ring) => <RingItem key={ring.id} {...{ ring, start, nodes }} />} />
      </div>
    </Pane>
  );
}
