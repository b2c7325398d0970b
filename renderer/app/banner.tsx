// The lines below the top bar: the verdict, and whatever else a person must know of this capture: that it is a sample,
// where it is damaged, that reading was stopped, that it wants a key.
import { useState, type ReactNode } from 'react';
import { Flag } from '../panels/findings/index.tsx';
import { chooseCapture, closeCapture, packets, selectFinding, showOverlay } from '../state/actions.ts';
import { clockText } from '../panels/times.ts';
import { chooseKeys } from '../session/keyring.ts';
import { worstFinding } from '../../app/analysis/report/worst-finding.ts';
import { lossesText } from '../../app/analysis/losses.ts';
import type { Analysis, Finding } from '../../app/analysis/result.ts';
import { shortSays } from '../state/node-directory.ts';
import { isShown, useSession, type Phase } from '../state/session-store.ts';
import { useView } from '../state/view-store.ts';
import { Prose } from './prose.tsx';

/** Characters of "10:31:07.123". */
const CLOCK_MILLIS = 12;

/** The same of a capture that goes on. */
function calmLive(analysis: Analysis | null): string {
  if (analysis === null || analysis.packets.frames === 0) return 'Waiting for the first packet.';
  if (analysis.packets.relevant === 0) return `${noTotemText(analysis)} Waiting for the first.`;
  return analysis.rings.length === 0 ? 'No ring is seen yet.' : 'No failure and no warning so far.';
}

/** A capture without Totem: what was seen, and what Totem would look like. */
function noTotemText(analysis: Analysis | null): string {
  const frames = analysis?.packets.frames ?? 0;
  const seen =
    frames === 0 ? 'This capture has no packets' : `None of the ${frames.toLocaleString('en')} packets is Totem`;
  return `${seen}: Totem goes over UDP, usually on ports 5404 and 5405, between the nodes of a cluster.`;
}

/** What to say where nothing went wrong, without claiming more than was seen. */
function calmText(phase: Phase, analysis: Analysis | null): string {
  if (phase === 'reading') return 'Reading…';
  if (phase === 'live') return calmLive(analysis);
  if (analysis === null || analysis.packets.relevant === 0) return noTotemText(analysis);
  const isClosed = (analysis.packets.byKind['encrypted'] ?? 0) > 0;
  if (analysis.rings.length === 0) return `No ring can be seen in this capture${isClosed ? ' without its key' : ''}.`;
  return 'No failure and no warning in this capture.';
}

/** The first sentence, and what follows it. A point within a number or an address ends none. */
function sentences(says: string): readonly [first: string, rest: string] {
  const end = /[.!?] (?=[A-Z0-9])/.exec(says);
  return end === null ? [says, ''] : [says.slice(0, end.index + 1), says.slice(end.index + 2)];
}

function FoundVerdict({ verdict }: { readonly verdict: Finding }): ReactNode {
  const [isWhole, setIsWhole] = useState(false);
  const nodes = useSession((state) => state.nodes);
  const [first, rest] = sentences(shortSays(verdict.says, nodes));
  const look = verdict.advice === null ? null : `Look at: ${verdict.advice}`;
  const more = [verdict.cause, look].filter((part) => part !== null).join(' ');
  const advice = shortSays(more, nodes);
  return (
    <div
      className={isWhole ? 'verdict verdict-whole' : 'verdict'}
      data-severity={verdict.severity}
      title={isWhole ? undefined : verdict.says}
    >
      <Flag severity={verdict.severity} />
      <div className="verdict-text">
        <p className="verdict-first">
          <Prose text={first} />
        </p>
        <p className="verdict-rest">
          <Prose text={isWhole && advice !== '' ? `${rest} ${advice}` : rest} />
        </p>
      </div>
      <button type="button" data-tip="Go to this moment in all panes" onClick={() => selectFinding(verdict)}>
        Go there
      </button>
      <button type="button" aria-expanded={isWhole} onClick={() => setIsWhole(!isWhole)}>
        {isWhole ? 'Less' : 'More'}
      </button>
    </div>
  );
}

function Verdict(): ReactNode {
  const analysis = useSession((state) => state.analysis);
  const phase = useSession((state) => state.phase);
  const verdict = worstFinding(analysis?.findings ?? []);
  if (verdict !== null && verdict.severity !== 'info') return <FoundVerdict key={verdict.id} verdict={verdict} />;
  return (
    <div className="verdict">
      <p className="verdict-first">{calmText(phase, analysis)}</p>
    </div>
  );
}

/** The capture that is shown at the first start says what it is. */
function FirstShow(): ReactNode {
  const isFirstShow = useSession((state) => state.isFirstShow);
  const source = useSession((state) => state.source);
  const sample = useView((state) => state.samples).find(({ path }) => path === source?.path);
  if (!isFirstShow || sample === undefined) return null;
  return (
    <p className="banner banner-calm" role="status">
      <b>A real capture that comes with Totem Lab.</b>
      <span>{sample.says}.</span>
      <button type="button" onClick={() => void chooseCapture()}>
        Open your own…
      </button>
      <button type="button" onClick={() => void closeCapture()}>
        Other samples
      </button>
      <button type="button" onClick={() => useSession.setState({ isFirstShow: false })}>
        Got it
      </button>
    </p>
  );
}

function Encrypted(): ReactNode {
  const analysis = useSession((state) => state.analysis);
  const keys = useSession((state) => state.keys);
  const closed = analysis?.packets.byKind['encrypted'] ?? 0;
  const all = analysis?.packets.relevant ?? 0;
  if (closed === 0) return null;
  const isNone = closed === all;
  const why =
    keys.length === 0 ? 'no key is at hand' : isNone ? 'none of the keys opens them' : 'no key at hand opens these';
  return (
    <p className="banner" role="status">
      {closed.toLocaleString('en')} of {all.toLocaleString('en')} packets are encrypted and {why}.
      <button type="button" onClick={() => (keys.length === 0 ? void chooseKeys() : showOverlay('keys'))}>
        {keys.length === 0 ? 'Add a key…' : 'See which nodes…'}
      </button>
    </p>
  );
}

/** What the capturing side dropped, and when: what is concluded from that time is less sure. */
function Dropped(): ReactNode {
  const { list } = useSession((state) => state.losses);
  if (list.length === 0) return null;
  const { epochNs } = packets();
  const says = lossesText(list, (timeNs) => clockText(epochNs, timeNs).slice(0, CLOCK_MILLIS));
  return (
    <p className="banner" role="status">
      {says}: what is concluded from these moments is less sure.
    </p>
  );
}

function Notice(): ReactNode {
  const notice = useSession((state) => state.notice);
  if (notice === null) return null;
  return (
    <p className="banner" role="alert">
      {notice}
      <button type="button" onClick={() => useSession.setState({ notice: null })}>
        Dismiss
      </button>
    </p>
  );
}

export function Banner(): ReactNode {
  const damage = useSession((state) => state.damage);
  const phase = useSession((state) => state.phase);
  if (!isShown(phase)) return <Notice />;
  return (
    <section className="banner-area" aria-label="verdict">
      <FirstShow />
      <Verdict />
      <Notice />
      {damage === null ? null : (
        <p className="banner" role="status">
          {damage}
        </p>
      )}
      {phase === 'cancelled' ? (
        <p className="banner" role="status">
          Reading was stopped: what is shown is the part up to there.
        </p>
      ) : null}
      <Dropped />
      <Encrypted />
    </section>
  );
}
