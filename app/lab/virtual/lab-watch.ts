// What a virtual lab keeps of its world beside the world itself: the capture, and what a node's process would have
// counted. Goes back in time with the world.
import type { ProgramEffect, ProgramInput } from '../../../protocol/sim/program.ts';
import type { ToolEnd } from '../../../protocol/sim/sheep/clients.ts';
import type { Follower } from '../../../protocol/sim/run/time-travel.ts';
import { WireTap, type WireTapState } from '../../../protocol/sim/tap/wire-tap.ts';
import type { WorldObserver } from '../../../protocol/sim/world/observer.ts';
import type { SimNode } from '../../../protocol/sim/world/sim-node.ts';
import type { World } from '../../../protocol/sim/world/world.ts';
import type { LabNodeStatus } from '../cluster.ts';
import type { CaptureFeed } from './capture-feed.ts';

type Joins = LabNodeStatus['joins'];

/** Of one process: it begins anew with each. */
interface Counts {
  readonly joins: Joins;
  readonly dropped: number;
  readonly delivered: LabNodeStatus['delivered'];
}

/** Plain data. */
interface Saved {
  readonly counts: readonly Counts[];
  readonly tap: WireTapState;
  readonly place: number;
  readonly ends: readonly ToolEnd[];
}

/** Ends of commands that are kept until they are asked for. */
const ENDS_MAX = 64;

const NOTHING: Counts = { joins: [], dropped: 0, delivered: { messages: 0, octets: 0 } };

function joined(joins: Joins, { joined: came, left }: Extract<ProgramEffect, { kind: 'configuration' }>): Joins {
  const byNodeid = new Map(joins.map((join) => [join.node.nodeid, join]));
  for (const node of came) {
    const count = (byNodeid.get(node.nodeid)?.count ?? 0) + 1;
    byNodeid.set(node.nodeid, { node, count, isJoined: true });
  }
  for (const { nodeid } of left) {
    const known = byNodeid.get(nodeid);
    if (known !== undefined) byNodeid.set(nodeid, { ...known, isJoined: false });
  }
  return [...byNodeid.values()].sort((a, b) => a.node.nodeid - b.node.nodeid);
}

export class LabWatch implements WorldObserver, Follower {
  readonly #counts: Counts[];
  readonly #tap: WireTap;
  #ends: readonly ToolEnd[];
  readonly #world: World;
  readonly #feed: CaptureFeed;

  constructor(world: World, feed: CaptureFeed, saved: unknown) {
    this.#world = world;
    const state = saved as Saved | null;
    feed.goTo(state?.place ?? 0);
    this.#feed = feed;
    this.#counts = [...(state?.counts ?? world.nodes.map(() => NOTHING))];
    this.#tap = new WireTap(world, (bytes) => feed.write(bytes), state?.tap);
    this.#ends = state?.ends ?? [];
    world.watch(this);
  }

  save(): Saved {
    this.flush();
    return { counts: [...this.#counts], tap: this.#tap.save(), place: this.#feed.place, ends: this.#ends };
  }

  /** Brings the capture up to the present. */
  flush(): void {
    this.#tap.flush();
  }

  booted(node: SimNode): void {
    this.#counts[node.index] = NOTHING;
  }

  lost(_from: SimNode, to: SimNode): void {
    const counts = this.#counts[to.index];
    if (counts !== undefined) this.#counts[to.index] = { ...counts, dropped: counts.dropped + 1 };
  }

  stepped({ index }: SimNode, _at: number, _input: ProgramInput, effects: readonly ProgramEffect[]): void {
    for (const effect of effects) {
      const counts = this.#counts[index];
      if (counts === undefined) return;
      if (effect.kind === 'configuration') this.#counts[index] = { ...counts, joins: joined(counts.joins, effect) };
      else if (effect.kind === 'cpg-deliver') {
        const { messages, octets } = counts.delivered;
        const delivered = { messages: messages + 1, octets: octets + effect.message.length };
        this.#counts[index] = { ...counts, delivered };
      }
    }
  }

  toolEnded(_node: SimNode, _at: number, end: ToolEnd): void {
    this.#ends = [...this.#ends, end].slice(-ENDS_MAX);
  }

  /** How a command ended; null while it has not. */
  endOf(client: number): ToolEnd | null {
    return this.#ends.find((end) => end.client === client) ?? null;
  }

  /** Null where no process runs, or it stands still. */
  status(node: SimNode): LabNodeStatus | null {
    const status = node.phase === 'running' ? (node.program?.nodeStatus() ?? null) : null;
    if (status === null) return null;
    const { joins, dropped, delivered } = this.#counts[node.index] ?? NOTHING;
    const load = { sent: 0, refused: 0 };
    const sheep = this.#world.flock?.status(node) ?? null;
    return { node: status, nowMicros: this.#world.now, sheep, joins, dropped, delivered, load };
  }
}
