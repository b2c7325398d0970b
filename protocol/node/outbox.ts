// What a node sends: two packers, one for applications and one for the time while services synchronise, and the packets
// that wait for room in Totem's queue (specs/totem.md 5.1.2 and 5.1.4). Decides nothing about what is sent.
import type { Micros, TotemEffect, TotemEngine } from '../totem/engine/contract.ts';
import { createSender, type SenderState, type TotempgSender } from '../totempg/sender.ts';

interface Lane {
  readonly sender: TotempgSender;
  /** Closed packets that the engine has not been given: none, once a step is over, but where its queue is full. */
  readonly closed: Uint8Array[];
}

interface LaneState {
  readonly sender: SenderState;
  readonly closed: readonly Uint8Array[];
}

/** Plain data: structuredClone() copies it. */
export interface OutboxState {
  readonly normal: LaneState;
  readonly sync: LaneState;
  readonly isSynchronising: boolean;
}

const NONE = new Uint8Array(0);

function laneOf(packetMax: number, saved: LaneState | undefined): Lane {
  return { sender: createSender(packetMax, saved?.sender), closed: [...(saved?.closed ?? [])] };
}

export class Outbox {
  readonly #normal: Lane;
  readonly #sync: Lane;
  #isSynchronising: boolean;
  /** A packet was begun of which the engine does not know yet. */
  #isUnannounced = false;

  constructor(packetMax: number, saved?: OutboxState) {
    this.#normal = laneOf(packetMax, saved?.normal);
    this.#sync = laneOf(packetMax, saved?.sync);
    this.#isSynchronising = saved?.isSynchronising ?? true;
  }

  /** Packs a message of an application. */
  put(head: Uint8Array, body: Uint8Array): void {
    this.#put(this.#normal, head, body);
  }

  /** Packs a message of the synchronisation. */
  putSync(message: Uint8Array): void {
    this.#put(this.#sync, message, NONE);
  }

  /** Which of the two Totem takes from: equal to its waiting_trans_ack. */
  setSynchronising(isSynchronising: boolean): void {
    this.#isSynchronising = isSynchronising;
    this.#isUnannounced ||= !this.#lane.sender.isEmpty();
  }

  /** The open packet, for a token that has come; null where it must wait behind others. */
  takeOpen(room: number): Uint8Array | null {
    const { sender, closed } = this.#lane;
    return room > 0 && closed.length === 0 ? sender.take() : null;
  }

  /** Packets that the engine's queue has room for behind those that wait here. */
  room(engine: TotemEngine): number {
    return engine.room() - this.#normal.closed.length;
  }

  packetsFor(octets: number): number {
    return this.#normal.sender.packetsFor(octets);
  }

  /** Hands over what is closed, as far as there is room, and tells of what is open. */
  drain(engine: TotemEngine, now: Micros, run: (effects: readonly TotemEffect[]) => void): void {
    const { closed } = this.#lane;
    if (closed.length > 0) {
      const ready = closed.splice(0, engine.room());
      for (const packet of ready) run(engine.step(now, { kind: 'submit', packet, guarantee: 'agreed' }));
    }
    if (!this.#isUnannounced) return;
    this.#isUnannounced = false;
    if (!this.#lane.sender.isEmpty()) run(engine.step(now, { kind: 'new-message' }));
  }

  queued(): { readonly messages: number; readonly octets: number } {
    const [normal, sync] = [this.#normal.sender.open(), this.#sync.sender.open()];
    return { messages: normal.messages + sync.messages, octets: normal.octets + sync.octets };
  }

  save(): OutboxState {
    const stateOf = ({ sender, closed }: Lane): LaneState => ({ sender: sender.save(), closed: [...closed] });
    return {
      normal: stateOf(this.#normal),
      sync: stateOf(this.#sync),
      isSynchronising: this.#isSynchronising,
    };
  }

  get #lane(): Lane {
    return this.#isSynchronising ? this.#sync : this.#normal;
  }

  #put(lane: Lane, head: Uint8Array, body: Uint8Array): void {
    // Behind an open packet the engine knows already; a closed one speaks for itself.
    this.#isUnannounced ||= lane.sender.isEmpty();
    lane.sender.put(head, body, lane.closed);
  }
}
