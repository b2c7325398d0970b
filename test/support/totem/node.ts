// One engine of Corosync 3 that is talked to by hand, brought into any state by messages alone.
import type { TotemMessage } from '../../../protocol/totem/decode.ts';
import { totemConfig, type TotemSettings } from '../../../protocol/totem/engine/config.ts';
import type {
  EngineNote,
  Micros,
  TotemEffect,
  TotemEngine,
  TotemEngineOptions,
  TotemInput,
} from '../../../protocol/totem/engine/contract.ts';
import { createTotemEngine } from '../../../protocol/totem/engine/engine.ts';
import { aCommitToken, aJoin, anMcast, aRing, aToken, type EntryFields } from './messages.ts';
import { messageOf } from './ring.ts';

export type Place = 'operational' | 'gather' | 'commit' | 'recovery';

/** The ring of the hand-made formations: nodes 1, 2, 3, of rings (1,1), (2,1), (3,1), form (1,8). */
export const MEMBERS = [1, 2, 3];
export const RING = aRing(1, 8);
const OLD = MEMBERS.map((node): EntryFields => ({ ring: aRing(node, 1) }));

export class TotemNode {
  readonly engine: TotemEngine;
  readonly id: number;
  now = 0;
  /** Effects of the last step. */
  effects: readonly TotemEffect[] = [];
  private tokenSeq = 0;

  constructor(id: number, settings: TotemSettings = {}, options: Partial<TotemEngineOptions> = {}) {
    this.id = id;
    const config = totemConfig({ token: 1000, tokenCoefficient: 0, ...settings }, MEMBERS.length);
    if (!config.ok) throw new Error(config.problem);
    this.engine = createTotemEngine({
      self: { nodeid: id, ip: null },
      dialect: 'corosync-3',
      config: config.value,
      lastRingSeq: 0n,
      seed: 1,
      takeOpenPacket: () => null,
      isChecked: true,
      ...options,
    });
  }

  step(input: TotemInput): this {
    this.effects = this.engine.step(this.now as Micros, input);
    return this;
  }

  hear(...batch: readonly Uint8Array[]): this {
    return this.step({ kind: 'datagrams', batch });
  }

  /** Time passes; timers that are due on the way fire one after the other. Effects are those of all of them. */
  pass(ms: number): this {
    const until = this.now + ms * 1000;
    const all: TotemEffect[] = [];
    for (let next = this.engine.nextDeadline(); next !== null && next <= until; next = this.engine.nextDeadline()) {
      this.now = next;
      all.push(...this.step({ kind: 'deadline' }).effects);
    }
    this.now = until;
    this.effects = all;
    return this;
  }

  /** Brings the node into a state of the formation of RING. */
  to(place: Place): this {
    this.step({ kind: 'interface', up: true });
    const others = MEMBERS.filter((node) => node !== this.id);
    this.hear(aJoin({ from: others[0] ?? 0, proc: MEMBERS, ringSeq: 4 }));
    if (place === 'gather') return this;
    for (const from of others) this.hear(aJoin({ from, proc: MEMBERS, ringSeq: 4 }));
    const isRep = this.id === 1;
    if (!isRep)
      this.hear(aCommitToken({ membIndex: this.id - 1, members: MEMBERS, entries: OLD.slice(0, this.id - 1) }));
    if (place === 'commit') return this;
    this.hear(aCommitToken({ membIndex: 3, tokenSeq: isRep ? 3 : 2 + this.id, members: MEMBERS, entries: OLD }));
    if (place === 'recovery') return this;
    if (isRep) this.hear(aCommitToken({ membIndex: 3, tokenSeq: 6, members: MEMBERS, entries: OLD }));
    for (let i = 0; i < 4; i++) this.token({});
    return this;
  }

  /** The next token of RING. */
  token(fields: Parameters<typeof aToken>[0]): this {
    this.tokenSeq += 3;
    return this.hear(aToken({ tokenSeq: this.tokenSeq, from: this.id === 1 ? 3 : this.id - 1, ...fields }));
  }

  /** A token of RING after mcasts of another node with the numbers from first to last. */
  tokenAfter(first: number, last: number, fields: Parameters<typeof aToken>[0] = {}): this {
    const from = this.id === 1 ? 2 : 1;
    for (let seq = first; seq <= last; seq++) this.hear(anMcast({ from, seq }));
    return this.token({ seq: last, ...fields });
  }

  get state() {
    return this.engine.inspect().state;
  }

  /** What was sent in the last step, decoded. */
  get sent(): TotemMessage[] {
    return this.effects.flatMap((effect) =>
      effect.kind === 'send-mcast' || effect.kind === 'send-token' ? [messageOf(effect.bytes, 'corosync-3')] : [],
    );
  }

  sentOf<T extends TotemMessage['type']>(type: T): Extract<TotemMessage, { type: T }>[] {
    return this.sent.filter((message): message is Extract<TotemMessage, { type: T }> => message.type === type);
  }

  /** In the words of a log: `gather 7`, `commit`, `operational` …, in order. */
  get entered(): string[] {
    return this.notesOf('state').map(({ state, gatherFrom }) => (gatherFrom === null ? state : `gather ${gatherFrom}`));
  }

  notesOf<K extends EngineNote['kind']>(kind: K): Extract<EngineNote, { kind: K }>[] {
    return this.effects.flatMap((effect) =>
      effect.kind === 'note' && effect.note.kind === kind ? [effect.note as Extract<EngineNote, { kind: K }>] : [],
    );
  }

  get counters() {
    return this.engine.inspect().counters;
  }
}
