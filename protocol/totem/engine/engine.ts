// The Totem engine: takes an input apart and hands it to what handles it. Membership and ordering lie in the folders of
// that name, the state in state.ts. What hosts must keep to is said in contract.ts.
import { assert } from '../../base/result.ts';
import { makeSlab } from '../../base/slab.ts';
import type { EngineState, Micros, TotemEngine, TotemEngineOptions, TotemInput } from './contract.ts';
import { discard, DISCARD_NOTES_MAX, multicast, NO_EFFECTS, note } from './effects.ts';
import { onCommitToken, onHoldCancel, onJoin, onMcast, onMergeDetect } from './membership/events.ts';
import { expire, pauseLimitMicros, tickPause } from './membership/expiry.ts';
import { enterGather, GATHER_FROM } from './membership/gather.ts';
import { queueOfNew } from './ordering/flow-control.ts';
import { enqueue, lengthOf, makeSendQueue } from './ordering/send-queue.ts';
import { makeVisit, onOrfToken } from './ordering/token.ts';
import { copyState, initialState, type Machine, type TotemState } from './state.ts';
import { earliest, takeDue, timersAtRest } from './timers.ts';
import { assertInvariants } from './watch/invariants.ts';
import { readStatus } from './watch/status.ts';
import { ENGINE_DIALECTS, TYPE, type Member } from './wire/dialect.ts';
import { holdCancel, join, mcastOf } from './wire/encode.ts';
import { problemOf, swapped } from './wire/receive.ts';

/** Buffers for tokens: small, so that one that is kept does not keep much, and a copy of it is cheap. */
const TOKEN_SLAB_OCTETS = 4096;
const MCAST_SLAB_OCTETS = 65_536;
/** Octets that a UDP datagram over IPv4 can carry. */
const DATAGRAM_OCTETS_MAX = 65_507;

/** Throws where `self` has no address in the dialect: the host checks it first (config.ts). */
export function createTotemEngine(options: TotemEngineOptions): TotemEngine {
  const m = makeMachine(options);
  const { state } = m;
  return {
    step(now, input) {
      begin(m, now);
      if (!state.hasLeft) handle(m, input);
      if (options.isChecked === true) assertInvariants(state as unknown as EngineState);
      const { effects } = m;
      m.effects = NO_EFFECTS;
      return effects;
    },
    nextDeadline() {
      const at = earliest(state.timers);
      return at === Infinity ? null : (at as Micros);
    },
    inspect: () => readStatus(state),
    room: () => Math.max(0, m.queueMax - lengthOf(queueOfNew(state))),
    save: () => copyState(state) as unknown as EngineState,
  };
}

function makeMachine(options: TotemEngineOptions): Machine {
  const dialect = ENGINE_DIALECTS[options.dialect];
  const address = dialect.addressOf(options.self);
  assert(address.ok, address.ok ? '' : address.problem);
  const self: Member = { key: dialect.keyAt(address.value, 0), address: address.value, ref: options.self };
  const { config, saved, takeOpenPacket } = options;
  const packetOctets = Math.max(1, dialect.packetOctets(config.netmtu));
  return {
    dialect,
    config,
    self,
    firstSeqno: options.firstSeqno ?? 0,
    queueMax: Math.max(1, Math.floor(dialect.queueOctetsMax / packetOctets)),
    takeOpenPacket,
    state: saved === undefined ? initialState(options, self) : copyState(saved as unknown as TotemState),
    now: 0,
    effects: NO_EFFECTS,
    discardNotesLeft: 0,
    unsentJoin: -1,
    batch: [],
    batchAt: 0,
    isFlushing: false,
    isDrained: false,
    isDropping: false,
    drain,
    visit: makeVisit(),
    tokens: makeSlab(TOKEN_SLAB_OCTETS),
    mcasts: makeSlab(MCAST_SLAB_OCTETS),
  };
}

function begin(m: Machine, now: number): void {
  const s = m.state;
  // A clock that goes back is no clock: time stands still until it has caught up.
  if (now > s.now) s.now = now;
  m.now = s.now;
  m.effects = NO_EFFECTS;
  m.discardNotesLeft = DISCARD_NOTES_MAX;
  m.unsentJoin = -1;
}

function handle(m: Machine, input: TotemInput): void {
  switch (input.kind) {
    case 'datagrams':
      if (m.state.isStarted) onBatch(m, input.batch);
      return;
    case 'deadline':
      for (let timer = takeDue(m); timer >= 0; timer = takeDue(m)) expire(m, timer);
      return;
    case 'submit':
      submit(m, input.packet, input.guarantee === 'safe');
      return;
    case 'new-message':
      cancelHold(m);
      return;
    case 'transitional-ack':
      endSynchronisation(m.state);
      return;
    case 'interface':
      if (input.up) start(m);
      return;
    case 'leave':
      leave(m);
  }
}

/**
 * totemsrp_trans_ack. Packets of the synchronisation that are still to be sent go before those that waited for its
 * end.
 */
function endSynchronisation(s: TotemState): void {
  s.waitingTransAck = false;
  if (lengthOf(s.newMessageQueueTrans) === 0) return;
  const waiting = [s.newMessageQueueTrans, s.newMessageQueue].flatMap(({ items, head }) => items.slice(head));
  s.newMessageQueue = { items: waiting, head: 0 };
  s.newMessageQueueTrans = makeSendQueue();
}

function start(m: Machine): void {
  const s = m.state;
  if (!s.isStarted) {
    s.isStarted = true;
    s.pauseTick = m.now;
    tickPause(m);
  }
  enterGather(m, GATHER_FROM.INTERFACE_CHANGE);
}

/** memb_leave_message_send: the proc list without me, the failed list with me at its end (specs/totem.md 2.10). */
function leave(m: Machine): void {
  const s = m.state;
  s.hasLeft = true;
  s.timers = timersAtRest();
  if (!s.isStarted) return;
  const without = [...s.myProcList.values()].filter(({ key }) => key !== m.self.key);
  const failed = [...s.myFailedList.values()].filter(({ key }) => key !== m.self.key);
  const sender = { nodeid: 0, address: m.dialect.leaverAddress(m.self.address) };
  multicast(m, join(m.dialect, sender, { proc: without, failed: [...failed, m.self] }, s.myRingId.seq));
  s.counters.memb_join_tx++;
}

function submit(m: Machine, packet: Uint8Array, isSafe: boolean): void {
  const s = m.state;
  const queue = queueOfNew(s);
  const isTooBig = packet.length + m.dialect.wire.at.mcast.size > DATAGRAM_OCTETS_MAX;
  if (isTooBig || lengthOf(queue) >= m.queueMax) {
    note(m, { kind: 'refused', packetLength: packet.length });
    return;
  }
  enqueue(queue, { octets: mcastOf(m, packet, { isEncapsulated: false, isSafe }), isSafe });
  s.counters.mcast_tx++;
  cancelHold(m);
}

/** token_hold_cancel_send: once per held token. */
function cancelHold(m: Machine): void {
  const s = m.state;
  if (!s.myTokenHeld || s.memberState === 'gather' || s.memberState === 'commit') return;
  s.myTokenHeld = false;
  multicast(m, holdCancel(m.dialect, m.self, s.myRingId));
  s.counters.token_hold_cancel_tx++;
}

function onBatch(m: Machine, batch: readonly Uint8Array[]): void {
  const s = m.state;
  m.batch = batch;
  m.isDrained = false;
  m.isDropping = false;
  const since = m.now - s.pauseTick;
  if (since > pauseLimitMicros(m)) {
    s.pausedFor = since;
    s.pauseTick = m.now;
  }
  for (m.batchAt = 0; m.batchAt < batch.length;) {
    const datagram = batch[m.batchAt++];
    if (datagram !== undefined) onDatagram(m, datagram);
  }
  s.pausedFor = 0;
  m.batch = NO_BATCH;
}

const NO_BATCH: readonly Uint8Array[] = [];

/** totemnet_recv_flush: the multicasts behind the token are handled before it, joins among them are dropped. */
function drain(m: Machine): void {
  if (m.isDrained || m.batchAt === m.batch.length) return;
  m.isFlushing = true;
  const resumeAt = m.batchAt;
  while (m.batchAt < m.batch.length) {
    const datagram = m.batch[m.batchAt++];
    if (datagram !== undefined) onDatagram(m, datagram);
  }
  m.batchAt = resumeAt;
  m.isFlushing = false;
  m.isDrained = true;
}

function onDatagram(m: Machine, raw: Uint8Array): void {
  const { dialect } = m;
  const order = raw.length < dialect.headerSize ? null : dialect.byteOrderOf(raw);
  const native = order === 'little' ? raw : order === 'big' ? swapped(dialect, raw) : NOT_TOTEM;
  const problem = native instanceof Uint8Array ? problemOf(dialect, native) : native;
  if (problem !== null || !(native instanceof Uint8Array)) {
    // What is malformed waits for its turn, so that it is counted once.
    if (!m.isFlushing && problem !== null) dropMalformed(m, problem);
    return;
  }
  const type = native[dialect.wire.at.type] ?? -1;
  const isToken = type === TYPE.orf_token || type === TYPE.memb_commit_token;
  if (isToken ? m.isFlushing : m.isDrained || m.isDropping) return;
  onMessage(m, type, native, raw, order === 'little');
}

const NOT_TOTEM = { what: 'datagram', why: 'it does not begin like a message of this dialect', isUnknownType: false };

function dropMalformed(m: Machine, { what, why, isUnknownType }: typeof NOT_TOTEM): void {
  if (isUnknownType) m.state.counters.rx_msg_dropped++;
  else m.state.counters.malformed_rx++;
  discard(m, what, why);
}

function onMessage(m: Machine, type: number, native: Uint8Array, raw: Uint8Array, isNative: boolean): void {
  const { counters } = m.state;
  switch (type) {
    case TYPE.orf_token:
      counters.orf_token_rx++;
      onOrfToken(m, native);
      return;
    case TYPE.mcast:
      counters.mcast_rx++;
      onMcast(m, native, raw, isNative);
      return;
    case TYPE.memb_merge_detect:
      counters.memb_merge_detect_rx++;
      onMergeDetect(m, native);
      return;
    case TYPE.memb_join:
      counters.memb_join_rx++;
      // In this order: also what is read beside the token may show that the process stood still.
      if (isOfAPause(m)) return;
      if (m.isFlushing) discard(m, 'memb_join', 'it arrived beside the token');
      else onJoin(m, native);
      return;
    case TYPE.memb_commit_token:
      counters.memb_commit_token_rx++;
      onCommitToken(m, native);
      return;
    case TYPE.token_hold_cancel:
      counters.token_hold_cancel_rx++;
      onHoldCancel(m, native);
  }
}

/**
 * pause_flush: where the process stood still for more than half of token, joins may be answers to a world that is gone.
 * The join and all multicasts that are still unread are thrown away; a join that came alone is news.
 */
function isOfAPause(m: Machine): boolean {
  const { pausedFor } = m.state;
  if (pausedFor === 0) return false;
  const isMulticast = (datagram: Uint8Array): boolean => {
    const type = datagram[m.dialect.wire.at.type];
    return type !== TYPE.orf_token && type !== TYPE.memb_commit_token;
  };
  if (!m.batch.slice(m.batchAt).some(isMulticast)) return false;
  m.isDropping = true;
  note(m, { kind: 'pause-detected', forMs: Math.floor(pausedFor / 1000) });
  return true;
}
