// The line below the top bar: where a damaged capture ends, that reading was stopped, or else the verdict.
import type { ReactNode } from 'react';
import { Flag } from '../panels/findings/index.tsx';
import { chooseKeys, selectFinding, verdictOf } from '../state/actions.ts';
import type { Analysis } from '../../app/analysis/result.ts';
import { useSession, type Phase } from '../state/session-store.ts';

/** What to say where nothing went wrong, without claiming more than was seen. */
function calmText(phase: Phase, analysis: Analysis | null): string {
  if (phase === 'reading') return 'Reading…';
  if (analysis === null || analysis.packets.relevant === 0) return 'No Totem packet in this capture.';
  if (analysis.rings.length === 0) return 'No ring can be seen in this capture.';
  return 'No failure and no warning in this capture.';
}

function Verdict(): ReactNode {
  const analysis = useSession((state) => state.analysis);
  const phase = useSession((state) => state.phase);
  const verdict = verdictOf(analysis?.findings ?? []);
  if (verdict !== null && verdict.severity !== 'info')
    return (
      <button type="button" className="verdict" title="Go to this moment" onClick={() => selectFinding(verdict)}>
        <Flag severity={verdict.severity} />
        <span>{verdict.says}</span>
      </button>
    );
  return <p className="verdict">{calmText(phase, analysis)}</p>;
}

/** Encrypted packets that no key has opened. */
function useClosed(): number {
  const analysis = useSession((state) => state.analysis);
  return analysis?.packets.byKind['encrypted'] ?? 0;
}

export function Banner(): ReactNode {
  const damage = useSession((state) => state.damage);
  const phase = useSession((state) => state.phase);
  const keyNames = useSession((state) => state.keyNames);
  const closed = useClosed();
  if (phase !== 'reading' && phase !== 'done' && phase !== 'cancelled') return null;
  return (
    <div className="banner-area">
      <Verdict />
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
      {closed > 0 ? (
        <p className="banner" role="status">
          {closed.toLocaleString('en')} packets are encrypted and{' '}
          {keyNames.length === 0 ? 'no key is at hand' : 'none of the keys opens them'}.
          <button type="button" onClick={() => void chooseKeys()}>
            Open the key…
          </button>
        </p>
      ) : null}
    </div>
  );
}
