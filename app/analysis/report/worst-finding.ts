// Which finding a person must read first. Judges nothing anew.
import type { Finding } from '../result.ts';

const SEVERITIES: readonly Finding['severity'][] = ['failure', 'warning', 'info'];

/**
 * The verdict: the gravest finding, the earliest of these first; and where all of these follow from others, what the
 * first follows from. Null where nothing was found.
 */
export function worstFinding(findings: readonly Finding[]): Finding | null {
  const gravity = ({ severity }: Finding): number => SEVERITIES.indexOf(severity);
  const consequence = ({ because }: Finding): number => (because === null ? 0 : 1);
  const [first = null] = findings.toSorted(
    (a, b) => gravity(a) - gravity(b) || consequence(a) - consequence(b) || a.time - b.time,
  );
  const cause = findings.find(({ id, severity }) => id === first?.because && severity !== 'info');
  return cause ?? first;
}
