// The process group of the world: a perfect total order in each part of the network. Members of one part see the same
// messages and changes in the same order, each at its own pace.
import type { GroupProcess, SheepInput } from '../../../protocol/sheep/engine/contract.ts';
import { isSameProcess } from '../../../protocol/sheep/engine/sheep.ts';
import type { CpgItem, WorldNode } from './node.ts';
import type { World } from './world.ts';

const CPG_MICROS = 500;

const processOf = ({ process }: WorldNode): GroupProcess => process;

const messageOf = ({ input }: CpgItem): Uint8Array | null => (input.kind === 'cpg-deliver' ? input.message : null);

export class Group {
  private readonly world: World;
  /** Members of each part, in the order in which they joined it. */
  private readonly parts = new Map<number, WorldNode[]>();

  constructor(world: World) {
    this.world = world;
  }

  save(): ReadonlyMap<number, readonly WorldNode[]> {
    return new Map([...this.parts].map(([part, members]) => [part, [...members]]));
  }

  restore(parts: ReadonlyMap<number, readonly WorldNode[]>): void {
    this.parts.clear();
    for (const [part, members] of parts) this.parts.set(part, [...members]);
  }

  private members(part: number): WorldNode[] {
    const members = this.parts.get(part) ?? [];
    this.parts.set(part, members);
    return members;
  }

  private tellChange(part: number, left: readonly GroupProcess[], joined: readonly GroupProcess[]): void {
    const members = this.members(part);
    const list = members.map(processOf);
    for (const node of members) this.toInbox(node, { kind: 'cpg-confchg', members: list, left, joined }, null);
  }

  join(node: WorldNode): void {
    node.isInGroup = true;
    this.members(node.part).push(node);
    this.tellChange(node.part, [], [node.process]);
  }

  leave(node: WorldNode): void {
    node.isInGroup = false;
    const members = this.members(node.part);
    members.splice(members.indexOf(node), 1);
    this.tellChange(node.part, [node.process], []);
  }

  /** The process lives on, and hears nothing of the group any more. */
  disown(node: WorldNode): void {
    this.leave(node);
    this.toInbox(node, { kind: 'cpg-confchg', members: [], left: [node.process], joined: [] }, null);
  }

  /**
   * The others see it leave and, once `back()` is called, join; it is told neither, but only of processes that it does
   * not know, as lists of processes are exchanged when rings merge.
   */
  overlook(node: WorldNode): { readonly back: () => void } {
    const { part } = node;
    const known = this.members(part).map(processOf);
    this.leave(node);
    return {
      back: () => {
        node.isInGroup = true;
        const others = [...this.members(part)];
        this.members(part).push(node);
        const members = this.members(part).map(processOf);
        const change = { kind: 'cpg-confchg', members, left: [], joined: [node.process] } as const;
        for (const other of others) this.toInbox(other, change, null);
        const joined = members.filter((one) => !known.some((old) => isSameProcess(old, one)));
        if (joined.length > 0) this.toInbox(node, { kind: 'cpg-confchg', members, left: [], joined }, null);
      },
    };
  }

  multicast(node: WorldNode, message: Uint8Array): void {
    const from = node.process;
    for (const member of this.members(node.part)) this.toInbox(member, { kind: 'cpg-deliver', from, message }, node);
  }

  private toInbox(node: WorldNode, input: SheepInput, from: WorldNode | null): void {
    const { world } = this;
    const last = node.inbox.at(-1)?.at ?? 0;
    const at = Math.max(last, world.now + CPG_MICROS + world.chance.below(CPG_MICROS));
    node.inbox.push({ input, from, at });
    const { life } = node;
    world.at(at, () => {
      if (node.life === life) this.drain(node);
    });
  }

  /** Hands over what is due. */
  drain(node: WorldNode): void {
    while (!node.isPaused && node.engine !== null) {
      const item = node.inbox[0];
      if (item === undefined || item.at > this.world.now) return;
      node.inbox.shift();
      this.world.step(node, item.input);
    }
  }

  /** Forms the groups anew after nodes changed their parts: each is told first who left, then who joined. */
  regroup(before: ReadonlyMap<WorldNode, number>): void {
    const old = [...this.parts.values()].flat();
    this.parts.clear();
    for (const node of old) this.members(node.part).push(node);
    for (const members of this.parts.values())
      for (const node of members) {
        const knew = old.filter((other) => before.get(other) === before.get(node));
        const stay = knew.filter((other) => other.part === node.part);
        this.dropUnseen(node, stay);
        const left = knew.filter((other) => other.part !== node.part).map(processOf);
        const joined = members.filter((other) => !knew.includes(other)).map(processOf);
        const change = { kind: 'cpg-confchg' } as const;
        if (left.length > 0) this.toInbox(node, { ...change, members: stay.map(processOf), left, joined: [] }, null);
        if (joined.length > 0)
          this.toInbox(node, { ...change, members: members.map(processOf), left: [], joined }, null);
      }
  }

  /** Messages of those that are cut off, which nobody who stays has had yet, are lost to all of them. */
  private dropUnseen(node: WorldNode, stay: readonly WorldNode[]): void {
    if (node !== stay[0]) return;
    const holds = (mate: WorldNode, message: Uint8Array): boolean =>
      mate.inbox.some((item) => messageOf(item) === message);
    const lost = node.inbox.flatMap((item) => {
      const message = item.from !== null && item.from.part !== node.part ? messageOf(item) : null;
      return message !== null && stay.every((mate) => holds(mate, message)) ? [message] : [];
    });
    for (const mate of stay)
      for (const message of lost)
        mate.inbox.splice(
          mate.inbox.findIndex((item) => messageOf(item) === message),
          1,
        );
  }
}
