// Does to a world what an action says: faults, messages, groups, traffic, datagrams from nowhere.
import { asciiBytes } from '../../base/bytes.ts';
import type { MessageType } from '../../totem/messages.ts';
import type { Action } from '../scenario/commands.ts';
import { messageOf } from '../world/traffic.ts';
import type { World } from '../world/world.ts';
import { LastSent, type LastSentState } from './last-sent.ts';

/** Plain data. */
export interface ActorState {
  readonly messages: number;
  readonly lastSent: LastSentState;
}

/** What came of an action: `says` is null where it did what it says; `isWrong` where it could not. */
export interface Done {
  readonly says: string | null;
  readonly isWrong: boolean;
}

const DONE: Done = { says: null, isWrong: false };
const CHANGES_NOTHING: Done = { says: 'which changes nothing', isWrong: false };

export class Actor {
  readonly #world: World;
  readonly #lastSent: LastSent;
  /** Numbers the messages that have no text of their own. */
  #messages: number;

  constructor(world: World, saved?: ActorState) {
    this.#world = world;
    this.#messages = saved?.messages ?? 0;
    this.#lastSent = new LastSent(world.dialect, saved?.lastSent);
    world.watch(this.#lastSent);
  }

  save(): ActorState {
    return { messages: this.#messages, lastSent: this.#lastSent.save() };
  }

  act(action: Action): Done {
    switch (action.kind) {
      case 'fault': {
        const changes = action.faults.map((fault) => this.#world.apply(fault));
        return changes.includes(true) ? DONE : CHANGES_NOTHING;
      }
      case 'submit':
        this.#submit(action);
        return DONE;
      case 'traffic': {
        const { nodes, every, size, count, guarantee, group } = action;
        for (const number of nodes) this.#world.addTraffic({ node: number - 1, every, size, count, guarantee, group });
        return DONE;
      }
      case 'sheep':
        return this.#commandSheep(action);
      case 'collie':
        return this.#collie(action);
      case 'traffic-off':
        this.#world.stopTraffic();
        return DONE;
      case 'replay':
        return this.#replay(action.node, action.type, action.to);
      case 'inject':
        for (const number of action.nodes) this.#inject(number, action.bytes);
        return DONE;
      case 'group':
        this.#changeGroup(action);
        return DONE;
    }
  }

  #commandSheep({ what, nodes }: Extract<Action, { kind: 'sheep' }>): Done {
    const changes = nodes.map((number) => {
      const node = this.#world.nodes[number - 1];
      return node !== undefined && this.#world.flock?.command(node, what) === true;
    });
    return changes.includes(true) ? DONE : CHANGES_NOTHING;
  }

  #collie({ node: number, words, input }: Extract<Action, { kind: 'collie' }>): Done {
    const { flock } = this.#world;
    const node = this.#world.nodes[number - 1];
    if (node === undefined || flock === null) return { says: 'FAILED, there are no sheep', isWrong: true };
    flock.collie(node, words, input);
    return DONE;
  }

  #changeGroup({ what, nodes, group: { name: group, pid } }: Extract<Action, { kind: 'group' }>): void {
    for (const number of nodes) {
      const node = this.#world.nodes[number - 1];
      if (node === undefined) continue;
      if (what === 'join') this.#world.input(node, { kind: 'cpg-join', group, pid });
      else if (what === 'part') this.#world.input(node, { kind: 'cpg-leave', group, pid });
      else this.#world.input(node, { kind: 'cpg-exit', pid });
    }
  }

  #inject(number: number, bytes: Uint8Array): void {
    const node = this.#world.nodes[number - 1];
    if (node !== undefined) this.#world.inject(node, bytes);
  }

  #replay(number: number, type: MessageType, to: readonly number[]): Done {
    const bytes = this.#lastSent.find(number, type);
    if (bytes === null) return { says: `FAILED, node ${number} has sent no ${type}`, isWrong: true };
    for (const other of to) this.#inject(other, bytes);
    return DONE;
  }

  #submit({ nodes, message, guarantee, group }: Extract<Action, { kind: 'submit' }>): void {
    for (const number of nodes) {
      const node = this.#world.nodes[number - 1];
      if (node === undefined) continue;
      for (let i = 0; i < (message.kind === 'text' ? 1 : message.count); i++) {
        const bytes =
          message.kind === 'text' ? asciiBytes(message.text) : messageOf(number, ++this.#messages, message.size);
        if (group === null) this.#world.input(node, { kind: 'submit', packet: bytes, guarantee });
        else this.#world.input(node, { kind: 'cpg-mcast', group: group.name, pid: group.pid, message: bytes });
      }
    }
  }
}
