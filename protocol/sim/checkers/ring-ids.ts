// Law E10: a ring id is on disk before it is spoken, the number on disk never goes back, and a representative never
// makes the same ring id twice, whatever happened to it in between.
import { bytesEqual } from '../../base/bytes.ts';
import type { Checker, CommitFact } from './watching/facts.ts';
import type { SimNode } from '../world/sim-node.ts';
import type { CheckerContext } from './watching/watch.ts';

interface Made {
  readonly life: number;
  readonly commit: CommitFact;
}

export class RingIds implements Checker {
  readonly name = 'ring ids';
  readonly #context: CheckerContext;
  readonly #onDisk: bigint[];
  readonly #made: (Made | undefined)[] = [];

  constructor(context: CheckerContext) {
    this.#context = context;
    this.#onDisk = context.world.nodes.map(({ disk }) => disk ?? 0n);
  }

  booted(node: SimNode): void {
    this.#onDisk[node.index] = node.disk ?? 0n;
  }

  diskLost(node: SimNode): void {
    this.#onDisk[node.index] = 0n;
    this.#made[node.index] = undefined;
  }

  persisted(node: SimNode, at: number, seq: bigint): void {
    const before = this.#onDisk[node.index] ?? 0n;
    if (seq < before) this.#say(node, at, `wrote ring sequence number ${seq} over ${before}`);
    this.#onDisk[node.index] = seq;
  }

  commitSent(node: SimNode, at: number, commit: CommitFact): void {
    const { ring, membIndex, tokenSeq, bytes } = commit;
    const onDisk = this.#onDisk[node.index] ?? 0n;
    if (onDisk < ring.seq) this.#say(node, at, `spoke of ring ${ring.text} while its disk says ${onDisk}`);
    if (ring.rep !== node.spec.nodeid || membIndex !== 1 || tokenSeq !== 1) return;
    const last = this.#made[node.index];
    this.#made[node.index] = { life: node.life, commit };
    if (last === undefined || ring.seq > last.commit.ring.seq) return;
    if (last.life === node.life && bytesEqual(last.commit.bytes, bytes)) return;
    this.#say(node, at, `made ring ${ring.text} after it had made ${last.commit.ring.text}`);
  }

  #say(node: SimNode, at: number, says: string): void {
    this.#context.report(at, `node ${node.spec.number} ${says}`);
  }
}
