// What a sheep says to its group, in order: each waits until the node has taken the one before, as a caller of libcpg
// does that is told to try again.
import type { NodeInput } from '../../../protocol/node/contract.ts';
import type { ToldEffect } from '../cluster/node-host.ts';

/** The node, as its processes see it. */
export interface GroupNode {
  /** False while it is at something that takes time. */
  isReady(): boolean;
  input(input: NodeInput): void;
}

/** Milliseconds between two looks at a node that is at something. */
const LOOK_MS = 1;

export class GroupOutbox {
  private readonly pid: number;
  private readonly node: GroupNode;
  private readonly refused: () => void;
  private readonly waiting: NodeInput[] = [];
  private isDue = false;
  /** Between a refusal and the node's word that it takes more. */
  private isHeld = false;
  private wasLost = false;

  /** `refused`: a message that will never be taken. */
  constructor(pid: number, node: GroupNode, refused: () => void) {
    this.pid = pid;
    this.node = node;
    this.refused = refused;
  }

  add(input: NodeInput): void {
    this.waiting.push(input);
    this.later();
  }

  /** The process is gone: what it had not said yet is not said. */
  exit(): void {
    this.waiting.length = 0;
    this.isHeld = false;
    this.add({ kind: 'cpg-exit', pid: this.pid });
  }

  heard(effect: ToldEffect): void {
    if (effect.kind === 'cpg-ready') {
      this.isHeld = false;
      this.later();
    } else if (effect.kind === 'cpg-refused' && effect.pid === this.pid) {
      if (effect.why === 'try-again') this.isHeld = true;
      else this.wasLost = true;
    }
  }

  /** Never within the step that told of it. */
  private later(): void {
    if (this.isDue) return;
    this.isDue = true;
    setImmediate(() => this.flush());
  }

  private flush(): void {
    this.isDue = false;
    while (!this.isHeld) {
      const [next] = this.waiting;
      if (next === undefined) return;
      if (!this.node.isReady()) {
        this.isDue = true;
        setTimeout(() => this.flush(), LOOK_MS);
        return;
      }
      this.node.input(next);
      if (this.isHeld) return;
      this.waiting.shift();
      if (!this.wasLost) continue;
      this.wasLost = false;
      if (next.kind === 'cpg-mcast') this.refused();
    }
  }
}
