// What is worth a person's eyes, in order of time: findings, then the rings there were. A click goes to the moment.
import { useMemo, type ReactNode } from 'react';
import type { Finding, RingHistory, Severity } from '../../../app/analysis/result.ts';
import { packets, selectFinding, selectRing, timeOfRow } from '../../state/actions.ts';
import { shortSays, type NodeDirectory } from '../../state/node-directory.ts';
import { useSession } from '../../state/session-store.ts';
import { useView } from '../../state/view-store.ts';
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

function FindingItem({
  finding,
  start,
  nodes,
  isNow,
}: {
  readonly finding: Finding;
  readonly start: number;
  readonly nodes: NodeDirectory;
  readonly isNow: boolean;
}): ReactNode {
  const { severity, time, says, cause, advice, rule } = finding;
  return (
    <li>
      <button
        type="button"
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
    </li>
  );
}

function RingItem({
  ring,
  start,
  nodes,
  isNow,
}: {
  readonly ring: RingHistory;
  readonly start: number;
  readonly nodes: NodeDirectory;
  readonly isNow: boolean;
}): ReactNode {
  const { id, members, firstToken, committed, cause } = ring;
  const time = firstToken ?? committed ?? 0;
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
}

const WEIGHT: Readonly<Record<Severity, number>> = { failure: 0, warning: 1, info: 2 };

export function Findings(): ReactNode {
  const analysis = useSession((state) => state.analysis);
  const nodes = useSession((state) => state.nodes);
  const now = useView((state) => state.time);
  const findings = useMemo(
    () => [...(analysis?.findings ?? [])].sort((a, b) => WEIGHT[a.severity] - WEIGHT[b.severity] || a.time - b.time),
    [analysis],
  );
  const start = packets().length === 0 ? 0 : timeOfRow(0);
  const rings = analysis?.rings ?? [];
  const isNow = ({ firstToken, lastToken }: RingHistory): boolean =>
    now !== null && firstToken !== null && lastToken !== null && now >= firstToken && now <= lastToken;
  return (
    <Pane id="findings" title="Findings">
      <div className="findings scroll" tabIndex={0} role="region" aria-label="findings and rings">
        {findings.length === 0 ? <p className="findings-none">Nothing that stands out so far.</p> : null}
        <ul>
          {findings.map((finding) => (
            <FindingItem key={finding.id} {...{ finding, start, nodes }} isNow={finding.time === now} />
          ))}
        </ul>
        <h3>{rings.length === 1 ? '1 ring' : `${rings.length} rings`}</h3>
        <ul>
          {rings.map((ring) => (
            <RingItem key={ring.id} {...{ ring, start, nodes }} isNow={isNow(ring)} />
          ))}
        </ul>
      </div>
    </Pane>
  );
}
