// Says when a world has come to rest: every process that runs is operational on a ring of processes that run, nodes
// that hear each other are on one ring, and nothing waits to be sent, delivered or synchronised.
import type { MembershipState } from '../../totem/engine/contract.ts';
import type { ProgramEffect, ProgramInput } from '../program.ts';
import type { WorldObserver } from '../world/observer.ts';
import type { SimNode } from '../world/sim-node.ts';
import type { World } from '../world/world.ts';

interface Standing {
  state: MembershipState | null;
  ring: string;
  members: readonly number[];
}

export class Stability implements WorldObserver {
  readonly #world: World;
  readonly #standings: Standing[];
  #isDirty = true;
  #isSettled = false;

  constructor(world: World) {
    this.#world = world;
    this.#standings = world.nodes.map(standingOf);
  }

  /** Nothing of its own: a world says where its nodes stand. */
  save(): null {
    return null;
  }

  /** Every node that runs is on a ring of nodes that run, each of them on that ring. */
  get isRinged(): boolean {
    if (this.#isDirty) {
      this.#isDirty = false;
      this.#isSettled = this.#judge();
    }
    return this.#isSettled;
  }

  /** `isRinged`, and nothing is left to do. */
  get isStable(): boolean {
    if (!this.isRinged) return false;
    const reached = new Map<string, number>();
    return this.#world.nodes.every((node) => {
      if (node.phase !== 'running' || node.program === null) return true;
      if (!isIdle(node)) return false;
      const { ring = '' } = this.#standings[node.index] ?? {};
      const { aru } = node.program.totemStatus();
      if (!reached.has(ring)) reached.set(ring, aru);
      return reached.get(ring) === aru;
    });
  }

  /** Why the world is not stable, for a person. */
  get unrest(): string {
    const running = this.#world.nodes.filter(({ phase }) => phase === 'running');
    const odd = running.filter(({ index }) => this.#standings[index]?.state !== 'operational');
    if (odd.length > 0)
      return odd
        .map(({ spec, index }) => `node ${spec.number} in ${this.#standings[index]?.state ?? 'no state'}`)
        .join(', ');
    if (!this.isRinged) return 'nodes that hear each other are on different rings';
    const busy = running.filter((node) => !isIdle(node)).map(({ spec }) => spec.number);
    return busy.length === 0 ? 'some have not received what others have' : `node ${busy.join(', ')} has work left`;
  }

  booted(node: SimNode): void {
    this.#forget(node);
  }

  died(node: SimNode): void {
    this.#forget(node);
  }

  faulted(): void {
    this.#isDirty = true;
  }

  stepped(node: SimNode, _at: number, _input: ProgramInput, effects: readonly ProgramEffect[]): void {
    for (const effect of effects) {
      const standing = this.#standings[node.index];
      if (standing === undefined) return;
      if (effect.kind === 'note' && effect.note.kind === 'state') {
        standing.state = effect.note.state;
        this.#isDirty = true;
      } else if (effect.kind === 'configuration' && effect.type === 'regular') {
        standing.ring = `${effect.ringId.rep}/${effect.ringId.seq}`;
        standing.members = effect.members.map(({ nodeid }) => nodeid);
        this.#isDirty = true;
      }
    }
  }

  #forget(node: SimNode): void {
    this.#standings[node.index] = { state: null, ring: '', members: [] };
    this.#isDirty = true;
  }

  #judge(): boolean {
    const { nodes } = this.#world;
    const byNodeid = new Map(nodes.map((node) => [node.spec.nodeid, node]));
    return nodes.every((node) => {
      if (node.phase !== 'running') return true;
      const own = this.#standings[node.index];
      if (own?.state !== 'operational' || own.ring === '') return false;
      const isShared = own.members.every((nodeid) => {
        const other = byNodeid.get(nodeid);
        return other?.phase === 'running' && this.#standings[other.index]?.ring === own.ring;
      });
      return (
        isShared && nodes.every((other) => this.#standings[other.index]?.ring === own.ring || !this.#hear(node, other))
      );
    });
  }

  /** Both run and hear each other: they belong on one ring. */
  #hear(a: SimNode, b: SimNode): boolean {
    if (b.phase !== 'running' || !a.isLinkUp || !b.isLinkUp) return false;
    return this.#world.isOpen(a, b) && this.#world.isOpen(b, a);
  }
}

/** Where a node stands that nobody has watched so far. */
function standingOf({ program }: SimNode): Standing {
  const status = program?.totemStatus();
  if (status === undefined || status.members.length === 0)
    return { state: status?.state ?? null, ring: '', members: [] };
  const { state, ringId, members } = status;
  return { state, ring: `${ringId.rep}/${ringId.seq}`, members: members.map(({ nodeid }) => nodeid) };
}

function isIdle({ program }: SimNode): boolean {
  if (program === null) return true;
  const totem = program.totemStatus();
  if (totem.backlog > 0 || totem.waitingTransAck || totem.aru !== totem.highSeqReceived) return false;
  if (totem.highDelivered !== totem.aru) return false;
  const node = program.nodeStatus();
  return node === null || (node.isSynchronised && node.queued.messages === 0);
}
