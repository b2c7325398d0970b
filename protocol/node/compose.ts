// A node put together from an engine that orders, and what runs above it: packing, synchronisation of the services,
// closed process groups. Every step gives one list of effects, in the order in which real nodes act.
import { viewOf } from '../base/bytes.ts';
import { contentOf } from '../cpg/content.ts';
import type { SyncGroup } from '../cpg/encode.ts';
import { encodeGroups, readGroups } from '../cpg/group.ts';
import { Cpg, type CpgNodeHost, type CpgState, type Delivered } from '../cpg/member/cpg.ts';
import { RequestHeader1, RequestHeader2 } from '../cpg/messages.ts';
import { serviceFunctionOf, SERVICES_GROUP } from '../cpg/services.ts';
import { EVT_CHANCMD, evtOpOf } from '../cpg/whitetank.ts';
import type {
  EngineState,
  Micros,
  TotemEffect,
  TotemEngine,
  TotemEngineOptions,
  TotemInput,
} from '../totem/engine/contract.ts';
import { ENGINE_DIALECTS } from '../totem/engine/wire/dialect.ts';
import { createReceiver, type DeliverMessage, type ReceiverState, type TotempgReceiver } from '../totempg/receiver.ts';
import { turnsOf } from './batch.ts';
import type { LabNode, LabNodeOptions, NodeEffect, NodeInput, NodeState, NodeStatus } from './contract.ts';
import { Outbox, type OutboxState } from './outbox.ts';
import type { SyncContent } from './sync.ts';
import { Synchroniser, type SynchroniserState } from './synchroniser.ts';

export type CreateTotemEngine = (options: TotemEngineOptions) => TotemEngine;

/** Plain data: structuredClone() copies it. */
interface SavedNode {
  readonly engine: EngineState;
  readonly outbox: OutboxState;
  readonly receiver: ReceiverState;
  readonly cpg: CpgState;
  readonly synchroniser: SynchroniserState;
  readonly members: ReadonlySet<number>;
  readonly came: readonly number[];
  readonly isSynchronised: boolean;
}

type Configuration = Extract<TotemEffect, { kind: 'configuration' }>;
type Delivery = Extract<TotemEffect, { kind: 'deliver' }>;

/** Header of a request, in octets: id and size, each in eight. */
const REQUEST_OCTETS = RequestHeader2.fixedSize;
const GROUPS: ReadonlySet<string> = new Set([SERVICES_GROUP, 'sync', 'syncv2']);
/** The group header of nearly every message: one group, `a`. */
const SERVICES_HEADER = encodeGroups([SERVICES_GROUP], true);

/** Whether a message starts with that header, in its sender's byte order. */
function isForServices(bytes: Uint8Array, at: number, end: number, littleEndian: boolean): boolean {
  if (end - at < SERVICES_HEADER.length) return false;
  const [low, high] = littleEndian ? [0, 1] : [1, 0];
  return (
    bytes[at + low] === 1 &&
    bytes[at + high] === 0 &&
    bytes[at + 2 + low] === 1 &&
    bytes[at + 2 + high] === 0 &&
    bytes[at + 4] === SERVICES_HEADER[4]
  );
}

/** Packets of Totem's queue that no message may count on, and octets of each packet (totempg_size_limit). */
const QUEUE_SPARE = 3;
const PACKET_SPARE = 24;

/** The longest message that may ever be queued: real nodes of Corosync 1 have no room for 1 MiB. */
function messageOctetsMax(dialect: LabNodeOptions['dialect'], packetMax: number): number {
  const packets = Math.floor(ENGINE_DIALECTS[dialect].queueOctetsMax / packetMax) - QUEUE_SPARE;
  return packets * (packetMax - PACKET_SPARE);
}

class Node implements LabNode {
  readonly #options: LabNodeOptions;
  readonly #engine: TotemEngine;
  readonly #outbox: Outbox;
  readonly #receiver: TotempgReceiver;
  readonly #cpg: Cpg;
  readonly #synchroniser: Synchroniser;
  readonly #idAt: number;
  readonly #sizeAt: number;
  /** Node ids of the ring that is installed. */
  #members: ReadonlySet<number>;
  /** Those that came along from the ring before, as the last transitional configuration has them. */
  #came: readonly number[];
  #isSynchronised: boolean;
  /** Totem is yet to hear that the ring has synchronised. */
  #isAckDue = false;
  /** The token came in this step: what waits for it to leave is done at the step's end. */
  #hasTokenCome = false;
  #effects: NodeEffect[] = [];
  /** The packet whose messages are being delivered. */
  #delivery: Delivery | null = null;
  readonly #onMessage: DeliverMessage = (bytes, view, at, end) => {
    if (this.#delivery !== null) this.#message(this.#delivery, bytes, view, at, end);
  };

  constructor(options: LabNodeOptions, createEngine: CreateTotemEngine) {
    const { self, dialect, config, lastRingSeq, seed, isChecked } = options;
    const saved = options.saved as (SavedNode & NodeState) | undefined;
    const packetMax = ENGINE_DIALECTS[dialect].packetOctets(config.netmtu);
    const header = dialect === 'corosync-1' ? RequestHeader1 : RequestHeader2;
    this.#options = options;
    this.#idAt = header.at.id;
    this.#sizeAt = header.at.size;
    this.#outbox = new Outbox(packetMax, saved?.outbox);
    this.#receiver = createReceiver(saved?.receiver);
    this.#cpg = new Cpg(this.#cpgHost(messageOctetsMax(dialect, packetMax)), saved?.cpg);
    this.#synchroniser = new Synchroniser(
      {
        dialect,
        self,
        votequorum: options.votequorum,
        send: (message) => this.#outbox.putSync(message),
        discard: (what, why) => this.#discard(what, why),
      },
      this.#cpg,
      saved?.synchroniser,
    );
    this.#members = new Set(saved?.members);
    this.#came = saved?.came ?? [];
    this.#isSynchronised = saved?.isSynchronised ?? false;
    this.#engine = createEngine({
      self,
      dialect,
      config,
      lastRingSeq,
      seed,
      takeOpenPacket: () => {
        this.#hasTokenCome = true;
        return this.#outbox.takeOpen(this.#engine.room());
      },
      ...(isChecked === undefined ? {} : { isChecked }),
      ...(saved === undefined ? {} : { saved: saved.engine }),
    });
  }

  step(now: Micros, input: NodeInput): readonly NodeEffect[] {
    const effects: NodeEffect[] = [];
    this.#effects = effects;
    switch (input.kind) {
      case 'datagrams':
        for (const batch of turnsOf(input.batch, this.#options.dialect)) this.#totem(now, { kind: 'datagrams', batch });
        break;
      case 'deadline':
      case 'interface':
      case 'leave':
        this.#totem(now, input);
        break;
      default:
        this.#cpg.request(input);
        this.#settle(now);
    }
    this.#effects = [];
    return effects;
  }

  nextDeadline(): Micros | null {
    return this.#engine.nextDeadline();
  }

  inspect(): NodeStatus {
    const [waiting, open] = [this.#cpg.queued(), this.#outbox.queued()];
    return {
      totem: this.#engine.inspect(),
      isSynchronised: this.#isSynchronised,
      syncingService: this.#synchroniser.service,
      groups: this.#cpg.groups(),
      queued: { messages: waiting.messages + open.messages, octets: waiting.octets + open.octets },
    };
  }

  save(): NodeState {
    const state: SavedNode = {
      engine: this.#engine.save(),
      outbox: this.#outbox.save(),
      receiver: this.#receiver.save(),
      cpg: this.#cpg.save(),
      synchroniser: this.#synchroniser.save(),
      members: new Set(this.#members),
      came: [...this.#came],
      isSynchronised: this.#isSynchronised,
    };
    return state as SavedNode & NodeState;
  }

  #cpgHost(octetsMax: number): CpgNodeHost {
    return {
      dialect: this.#options.dialect,
      nodeid: this.#options.self.nodeid,
      messageOctetsMax: octetsMax,
      isOpen: () => this.#isSynchronised,
      room: () => this.#outbox.room(this.#engine),
      packetsFor: (octets) => this.#outbox.packetsFor(octets),
      send: (head, body) => this.#outbox.put(head, body),
      sendSync: (message) => this.#outbox.putSync(message),
      emit: (effect) => this.#effects.push(effect),
    };
  }

  /** A step of the engine, all that follows from it, and what is done when the token has left (specs/totem.md 5.6). */
  #totem(now: Micros, input: TotemInput): void {
    this.#hasTokenCome = false;
    this.#follow(this.#engine.step(now, input));
    this.#settle(now);
    if (!this.#hasTokenCome) return;
    this.#synchroniser.tokenSent();
    this.#settle(now);
  }

  /** Gives the engine what was packed; nothing that it says to that needs more than being passed on. */
  #settle(now: Micros): void {
    if (this.#isAckDue) {
      this.#isAckDue = false;
      this.#outbox.setSynchronising(false);
      this.#follow(this.#engine.step(now, { kind: 'transitional-ack' }));
    }
    const follow = (effects: readonly TotemEffect[]): void => this.#follow(effects);
    this.#outbox.drain(this.#engine, now, follow);
    this.#cpg.flush();
    this.#outbox.drain(this.#engine, now, follow);
  }

  #follow(effects: readonly TotemEffect[]): void {
    for (const effect of effects) {
      switch (effect.kind) {
        case 'deliver':
          this.#deliver(effect);
          break;
        case 'configuration':
          this.#configure(effect);
          break;
        default:
          this.#effects.push(effect);
      }
    }
  }

  #configure({ type, ringId, ringIdOctets, members, left, joined }: Configuration): void {
    this.#effects.push({ kind: 'configuration', type, ringId, members, left, joined });
    const nodeids = members.map(({ nodeid }) => nodeid);
    if (type === 'transitional') {
      this.#came = nodeids;
      this.#receiver.left(left.map(({ nodeid }) => nodeid));
      // Totem sends from its second queue from now on, whether or not the ring before had synchronised.
      this.#isSynchronised = false;
      this.#isAckDue = false;
      this.#outbox.setSynchronising(true);
      return;
    }
    this.#members = new Set(nodeids);
    this.#receiver.setSynchronising(true);
    this.#effects.push({ kind: 'synchronised', ringId, isDone: false });
    this.#synchroniser.start({ id: ringId, octets: ringIdOctets.slice(), members: nodeids }, this.#came);
  }

  #deliver(delivery: Delivery): void {
    const { from, packet, littleEndian } = delivery;
    if (!this.#members.has(from)) return this.#discard('totempg packet', `node ${from} is no member of the ring`);
    const mayPad = this.#options.dialect === 'corosync-1';
    this.#delivery = delivery;
    const problem = this.#receiver.receive(from, packet, littleEndian, mayPad, this.#onMessage);
    if (problem !== null) this.#discard(`totempg packet of node ${from}`, problem);
  }

  #message(delivery: Delivery, bytes: Uint8Array, view: DataView, from: number, end: number): void {
    const { from: sender, littleEndian, ringId, seq } = delivery;
    const isService = isForServices(bytes, from, end, littleEndian);
    const groups = isService ? null : readGroups(view, from, end, littleEndian);
    if (groups?.ok === false)
      return this.#discard(`message of node ${sender}`, `no group can be read: ${groups.problem.kind}`);
    const at = groups?.value.end ?? from + SERVICES_HEADER.length;
    const group = groups === null ? SERVICES_GROUP : groups.value.names.find((name) => GROUPS.has(name));
    // Messages of groups that nobody here has joined are nothing out of the ordinary (specs/totem.md 5.2).
    if (group === undefined) return;
    if (at + REQUEST_OCTETS > end)
      return this.#discard(`message of node ${sender}`, `${end - at} octets are no service message`);
    const size = view.getInt32(at + this.#sizeAt, littleEndian);
    if (size !== end - at)
      return this.#discard(`message of node ${sender}`, `it says ${size} octets and has ${end - at}`);
    const id = view.getInt32(at + this.#idAt, littleEndian);
    const delivered = { from: sender, bytes, view, at, end, littleEndian, ringId, seq };
    if (group === SERVICES_GROUP) this.#serviceMessage(id, delivered);
    else this.#syncMessage(group === 'sync' ? 'sync' : 'syncv2', id, delivered);
  }

  #serviceMessage(id: number, message: Delivered): void {
    const { service, function: name } = serviceFunctionOf(this.#options.dialect, SERVICES_GROUP, id);
    if (service === 'CPG' && name !== null) return this.#cpg.deliver(name, message);
    if (service === 'EVT' && name === EVT_CHANCMD) {
      const op = evtOpOf(message.bytes, message.at, message.littleEndian);
      if (op !== null) this.#synchroniser.deliverEvt(message.from, op);
    }
    // All other services need nothing of a node that has none of their clients.
  }

  #syncMessage(group: SyncGroup, id: number, message: Delivered): void {
    const { dialect } = this.#options;
    const { function: name } = serviceFunctionOf(dialect, group, id);
    if (name !== 'BARRIER' && name !== 'SERVICE_BUILD' && name !== 'MEMB_DETERMINE')
      return this.#discard(`sync message of node ${message.from}`, `function ${id} is not known`);
    const octets = message.bytes.subarray(message.at, message.end);
    const { content, problem } = contentOf(dialect, name, viewOf(octets), 0, message.littleEndian);
    if (content === null) return this.#discard(`${name} of node ${message.from}`, problem?.kind ?? 'unreadable');
    if (this.#isSynchronised) return;
    if (!this.#synchroniser.deliver(group, message.from, content as SyncContent)) return;
    this.#isSynchronised = true;
    this.#isAckDue = true;
    this.#receiver.setSynchronising(false);
    this.#effects.push({ kind: 'synchronised', ringId: message.ringId, isDone: true });
  }

  #discard(what: string, why: string): void {
    this.#effects.push({ kind: 'note', note: { kind: 'discarded', what, why } });
  }
}

/** A node over the engine given: tests bring one that orders without Totem. */
export function composeNode(options: LabNodeOptions, createEngine: CreateTotemEngine): LabNode {
  return new Node(options, createEngine);
}
