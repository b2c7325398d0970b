// The packets that prove the chosen finding, for panels that mark them.
import { useSession } from '../state/session-store.ts';

/** Evidence that is marked: a finding may have thousands of packets. */
const EVIDENCE_MAX = 400;

/** Rows of the packets that prove a finding; none for none. */
export function evidenceRows(id: string | null): ReadonlySet<number> {
  const { analysis } = useSession.getState();
  const finding = id === null ? undefined : analysis?.findings.find((own) => own.id === id);
  const frames = finding?.evidence.flatMap((piece) => piece.frames) ?? [];
  return new Set(frames.slice(0, EVIDENCE_MAX).map((frame) => frame - 1));
}
