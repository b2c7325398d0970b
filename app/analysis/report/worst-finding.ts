// Which finding a person must read first. Judges nothing anew.
import type { Finding } from '../result.ts';

const SEVERITIES: readonly Finding['severity'][] = ['failure', 'warning', 'info'];

/**
 * The verdict: the gravest finding, and of these a cause before what follows from it, the earliest first. Null where
 * nothing was found.
 */
export function worstFinding(findings: readonly Finding[]): Finding | null {
  const gravity = ({ severity }: Finding): number => SEVERITIES.indexOf(severity);
  const consequence = ({ because }: Finding): number => (because === null ? 0 : 1);
  const ranked = findings.toSorted(
    (a, b) => gravity(a) - gravity(b) || consequence(a) - consequence(b) || a.time - b.time,
  );
  return ranked[0] ?? null;
}
