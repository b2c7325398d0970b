// The Totem engine as its hosts and the layer above see it: inputs, ordered effects, configuration, status. Types only.
// A node is a function: same state, same time, same input give the same effects. No clock, no chance, no I/O.
//
// What the calls of totemsrp.c to its transport promise, and what hosts must therefore do:
// 1. Multicasts before the token (totemnet_recv_flush): a host passes all that is readable in one turn as one batch, in
//    order of arrival; that multicasts count before the token, and that joins behind it are dropped, is the engine's.
// 2. Multicasts come back to their sender, later (local_mcast_loop): the host hands `send-mcast` to the sender too,
//    as a new input, never inside the step that made it; a token to oneself likewise.
// 3. The ring id is durable before it is spoken (memb_ring_id_store): effects are carried out in their order, and
//    `persist-ring-id` is on disk before the next one.
// 4. Run to completion: no step while an effect of the last one is unfinished.
// 5. Octets in an effect or an input are final: neither side writes to them again, either may keep them.
import type { Brand } from '../../base/brand.ts';
import type { NodeRef, RingRef } from '../identity.ts';

/** Microseconds on a host's monotonic clock. */
export type Micros = Brand<number, 'us'>;

export type MembershipState = 'operational' | 'gather' | 'commit' | 'recovery';

/** Timers of totemsrp.c; deadlines that are due together fire in this order. */
export const TIMER_NAMES = [
  'pause',
  'token',
  'token-retransmit',
  'token-hold',
  'token-warning',
  'heartbeat',
  'merge',
  'join',
  'consensus',
  'join-jitter',
] as const;
export type TimerName = (typeof TIMER_NAMES)[number];

/** Effective values (coefficient applied), with Corosync's names. Times in milliseconds (specs/totem.md 4.1). */
export interface TotemConfig {
  readonly token: number;
  readonly tokenRetransmitsBeforeLossConst: number;
  readonly tokenRetransmit: number;
  readonly hold: number;
  /** Percent of token after which its absence is noted; 0 never. */
  readonly tokenWarning: number;
  readonly join: number;
  readonly sendJoin: number;
  readonly consensus: number;
  readonly merge: number;
  readonly downcheck: number;
  readonly failRecvConst: number;
  readonly seqnoUnchangedConst: number;
  readonly heartbeatFailuresAllowed: number;
  readonly maxNetworkDelay: number;
  readonly windowSize: number;
  readonly maxMessages: number;
  readonly missCountConst: number;
  readonly netmtu: number;
  readonly cancelTokenHoldOnRetransmit: boolean;
}

export type Guarantee = 'agreed' | 'safe';

export type TotemInput =
  /** All that is readable in this turn, in order of arrival: one datagram each. */
  | { readonly kind: 'datagrams'; readonly batch: readonly Uint8Array[] }
  /** Now has reached nextDeadline(). Harmless where nothing is due. */
  | { readonly kind: 'deadline' }
  /** One totempg packet to multicast. */
  | { readonly kind: 'submit'; readonly packet: Uint8Array; readonly guarantee: Guarantee }
  /**
   * The layer above holds something new open (totemsrp_event_signal, TOTEM_EVENT_NEW_MSG): the representative is asked
   * for the token where it keeps it. A `submit` asks by itself.
   */
  | { readonly kind: 'new-message' }
  /** The layer above has finished synchronising (totemsrp_trans_ack): waiting_trans_ack becomes 0. */
  | { readonly kind: 'transitional-ack' }
  | { readonly kind: 'interface'; readonly up: boolean }
  /** Multicast a LEAVE; nothing follows. */
  | { readonly kind: 'leave' };

/** Carried out by the host in the order of the list. */
export type TotemEffect =
  /** Durable before the next effect. */
  | { readonly kind: 'persist-ring-id'; readonly seq: bigint }
  /**
   * `to` is oneself in a ring of one. Its address is null in the dialect of Corosync 3: the host knows it by node id.
   */
  | { readonly kind: 'send-token'; readonly to: NodeRef; readonly bytes: Uint8Array }
  /** To all, the sender included. */
  | { readonly kind: 'send-mcast'; readonly bytes: Uint8Array }
  /** One totempg packet in total order, with the byte order of its sender. */
  | {
      readonly kind: 'deliver';
      readonly from: number;
      readonly seq: number;
      readonly ringId: RingRef;
      readonly packet: Uint8Array;
      readonly littleEndian: boolean;
    }
  | {
      readonly kind: 'configuration';
      readonly type: 'transitional' | 'regular';
      /** The ring that is being installed, of both types. */
      readonly ringId: RingRef;
      /**
       * Its memb_ring_id, little-endian, with the unused octets of an address as the representative spells them:
       * synchronisation repeats it octet by octet.
       */
      readonly ringIdOctets: Uint8Array;
      readonly members: readonly NodeRef[];
      readonly left: readonly NodeRef[];
      readonly joined: readonly NodeRef[];
    }
  | { readonly kind: 'note'; readonly note: EngineNote };

/** For people, logs, checkers and transcripts: what happened inside, with its cause. */
export type EngineNote =
  /** `gatherFrom` is Corosync's code 0 to 15, null where the state is not gather. */
  | {
      readonly kind: 'state';
      readonly state: MembershipState;
      readonly gatherFrom: number | null;
      readonly ringId: RingRef;
    }
  | { readonly kind: 'timer'; readonly timer: TimerName }
  | { readonly kind: 'discarded'; readonly what: string; readonly why: string }
  /** The queue for new messages is full: the packet was not taken. */
  | { readonly kind: 'refused'; readonly packetLength: number }
  | { readonly kind: 'token-warning'; readonly sinceMs: number }
  | { readonly kind: 'retransmit-list'; readonly seqs: readonly number[] }
  | { readonly kind: 'failed-to-receive' }
  | { readonly kind: 'pause-detected'; readonly forMs: number };

/** Corosync's counters by their bare names, orf_token_tx … (specs/totem.md 6). */
export type EngineCounters = { readonly [name: string]: number };

/** The protocol variables as plain, cloneable data: for panels, checkers and the shell of a node. */
export interface TotemStatus {
  readonly state: MembershipState;
  readonly ringId: RingRef;
  readonly isRepresentative: boolean;
  /** Of the last regular configuration, in ring order. */
  readonly members: readonly NodeRef[];
  /** Of the ring that is being formed; empty where none is. */
  readonly newMembers: readonly NodeRef[];
  readonly procList: readonly NodeRef[];
  readonly failedList: readonly NodeRef[];
  readonly consensus: readonly NodeRef[];
  readonly aru: number;
  readonly highSeqReceived: number;
  readonly highDelivered: number;
  readonly lastTokenSeq: number;
  /** The representative keeps the token; others believe that it does. */
  readonly held: boolean;
  /** Packets that wait to be multicast. */
  readonly backlog: number;
  readonly waitingTransAck: boolean;
  /** Armed deadlines; null where not armed. */
  readonly timers: { readonly [K in TimerName]: Micros | null };
  readonly counters: EngineCounters;
}

export interface TotemEngine {
  /** Same state, same now, same input: same effects, in the order in which the host must carry them out. */
  step(now: Micros, input: TotemInput): readonly TotemEffect[];
  /** The earliest armed timer, or null. The host calls step(now, { kind: 'deadline' }) once now reaches it. */
  nextDeadline(): Micros | null;
  inspect(): TotemStatus;
  /** Packets that can still be submitted before one is refused. */
  room(): number;
  /** Everything that the engine knows, as plain data that structuredClone() copies; later steps do not change it. */
  save(): EngineState;
}

/** Opaque outside the engine. */
export type EngineState = Brand<object, 'engine-state'>;

export type DialectOfEngine = 'corosync-1' | 'corosync-3';

export interface TotemEngineOptions {
  readonly self: NodeRef;
  readonly dialect: DialectOfEngine;
  readonly config: TotemConfig;
  /** From the ring id file, 0 where there is none; the engine adds 1 in the dialect of Corosync 3 (totem.md 2.1). */
  readonly lastRingSeq: bigint;
  /** Seed of the engine's own generator: jitter of joins. u32. */
  readonly seed: number;
  /**
   * Called when a valid token has come, before messages are sent: the packet that the layer above still holds open, or
   * null (totempg_callback_token_received). The only call upwards; everything else is an effect.
   */
  readonly takeOpenPacket: () => Uint8Array | null;
  /**
   * Asserts the invariants of the state after every step: a broken one throws. For tests, the simulator and the lab.
   */
  readonly isChecked?: boolean;
  /**
   * Number before the first message of a ring, and of its first token (totemsrp.c SEQNO_START_MSG, SEQNO_START_TOKEN):
   * 0 in every real node. The simulator begins near 2^32 to see numbers roll over; all nodes must do so.
   */
  readonly firstSeqno?: number;
  /** Goes on where a saved engine was; takeOpenPacket's owner must go back likewise. */
  readonly saved?: EngineState;
}
