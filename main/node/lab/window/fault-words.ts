// Which lines of the prompt break or mend something, and the nodes that they name: the ones that get a flag in time.
import { findNode } from '../prompt/line.ts';
import type { LabCluster } from '../lab-cluster.ts';

/** Words behind which several nodes are named. */
const OF_MANY = new Set(['partition', 'cut', 'mend']);
/** Commands of a node's shell that start or end something there. */
const SHELL_FAULT = /^(?:sudo\s+)?(?:\/\S*\/)?(?:kill|pkill|service|sheep)\b/;

/** Numbers of the nodes that a line concerns; null for a line that changes nothing of the cluster. */
export function faultOf(cluster: LabCluster, line: string): readonly number[] | null {
  const find = (words: readonly string[]): readonly number[] =>
    words.map((word) => findNode(cluster, word)).filter((number) => number !== null);
  const shell = /^([\w.]+)>\s*(.*)$/.exec(line.trim());
  if (shell !== null) {
    const isStatus = /\bservice\s+\w+\s+status\b/.test(shell[2] ?? '');
    return SHELL_FAULT.test(shell[2] ?? '') && !isStatus ? find([shell[1] ?? '']) : null;
  }
  const [word = '', kind = '', ...rest] = line.trim().split(/\s+/);
  if (word === 'heal' || word === 'add') return [];
  if (word !== 'fault') return null;
  if (!OF_MANY.has(kind)) return find(rest.slice(0, 1));
  return find(
    rest
      .join(' ')
      .split(/[^\w.]+/)
      .filter((part) => part !== ''),
  );
}
