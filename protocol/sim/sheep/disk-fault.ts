// What ails the disk of a node's store: read from words, and written as the same words.
import { fail, ok, type Result } from '../../base/result.ts';
import { readNode, readTime, timeText, wrong, type LineProblem, type NodeNames, type Word } from '../scenario/words.ts';

/** The store of a node has no space, or every operation takes longer by so many microseconds; or neither. */
export interface DiskFault {
  readonly kind: 'disk';
  readonly node: number;
  readonly isFull: boolean;
  readonly delay: number;
}

const DISK_DELAY_USUAL = 200_000;
const DISK_DELAY_MAX = 60_000_000;

/** `disk 2 full`, `disk 2 slow 20ms`, `disk 2 ok`. */
export function readDisk(words: readonly Word[], names: NodeNames): Result<DiskFault, LineProblem> {
  const [head, nodeWord, state, amount, more] = words;
  if (head === undefined || nodeWord === undefined || state === undefined)
    return fail({ column: head?.column ?? 1, says: 'disk wants a node and full, slow MS or ok: disk 2 full' });
  const node = readNode(nodeWord, names);
  if (!node.ok) return node;
  const last = state.text === 'slow' ? more : amount;
  if (last !== undefined) return wrong(last, `nothing follows disk ${state.text}`);
  if (state.text === 'full' || state.text === 'ok')
    return ok({ kind: 'disk', node: node.value, isFull: state.text === 'full', delay: 0 });
  if (state.text !== 'slow') return wrong(state, `disk wants full, slow MS or ok, not "${state.text}"`);
  const text = amount === undefined || !/^[\d.]+$/.test(amount.text) ? amount?.text : `${amount.text}ms`;
  const delay = amount === undefined ? ok(DISK_DELAY_USUAL) : readTime({ ...amount, text: text ?? '' });
  if (!delay.ok) return delay;
  if (delay.value === 0 || delay.value > DISK_DELAY_MAX)
    return wrong(amount ?? state, 'a disk is slow by more than nothing and at most 60s an operation');
  return ok({ kind: 'disk', node: node.value, isFull: false, delay: delay.value });
}

/** The words that readDisk() reads. */
export function diskText({ node, isFull, delay }: DiskFault): string {
  return `disk ${node} ${isFull ? 'full' : delay > 0 ? `slow ${timeText(delay)}` : 'ok'}`;
}
