// The line below the top bar: where a damaged capture ends, that reading was stopped, or else the verdict.
import type { ReactNode } from 'react';
import { Flag } from '../panels/findings/index.tsx';
import { chooseKeys, selectFinding, verdictOf } from '../state/actions.ts';
import { useSession } from '../state/session-store.ts';

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
  const calm = phase === 'reading' ? 'Reading…' : 'No failure and no warning in this capture.';
  return <p className="verdict">{calm}</p>;
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
          {keyNames.length === 0 ? 'no key is at hand' : 'none of the keys fits'}.
          <button type="button" onClick={() => void chooseKeys()}>
            Open the key…
          </button>
        </p>
      ) : null}
    </div>
  );
}
