// Joins and leaves: tells a GATHER entry from the join timer's repetition, a start from a re-entry, and asks
// explain-gather.ts for the reason.
import type { IndexedMessage } from '../../store/indexed-message.ts';
import { PacketKind } from '../../store/kinds.ts';
import { explainGather, provocation, REACTION_MAX_NS } from './explain-gather.ts';
import type { GatherAnswer, GatherQuestion, Heard } from './explain-gather.ts';
import type { RingCause } from '../result.ts';
import type { Formation } from './formation.ts';
import { Gather, gatherReason, sayGather, type GatherStory } from './gather-reasons.ts';
import { isSame, nodeSet, NOBODY, without, type NodeSet } from './node-set.ts';
import { DecodeMemo } from './tracked/decode-memo.ts';
import { readJoin, sameJoinKey, type SaidJoin } from './tracked/said-joins.ts';
import type { JoinHeard, NodeTrack } from './tracked/node-track.ts';
import { logChange, restartProcess, type Tracks } from './tracks.ts';

/** The join timer (50 ms) never fires earlier than this after the join before (specs/totem.md 6). */
export const JOIN_TIMER_MIN_NS = 45_000_000;
/** A node that gathers sends a join at least this often: before that, a first join may be a repetition. */
const JOIN_TIMER_MAX_NS = 100_000_000;
/** What queued up while a process was stopped is worked off within this time after it goes on. */
const BACKLOG_NS = 100_000_000;
/** Entries that Corosync makes in one go send their joins within this time. */
const SAME_MOMENT_NS = 5_000_000;
/** A node that is alone on its ring and idle sends merge detects far more often than this. */
const ALONE_NS = 600_000_000;
const TIMER_REASONS: readonly Gather[] = [
  Gather.CONSENSUS_TIMEOUT,
  Gather.TOKEN_LOST_IN_OPERATIONAL,
  Gather.TOKEN_LOST_IN_COMMIT,
  Gather.TOKEN_LOST_IN_RECOVERY,
];
const STARTED: GatherAnswer = { reason: Gather.INTERFACE_CHANGE, certainty: 'certain', trigger: null, following: [] };
const BY_ITSELF: GatherStory = { trigger: null, isLeave: false, silence: null, gaveUp: NOBODY, wasRunning: true };
/** A token is awaited for so long, and so much longer than ever, and came just now. */
const LONG_WAIT_NS = 500_000_000;
const LONG_WAIT_RATIO = 1.5;
const JUST_NS = 20_000_000;
const NS_PER_S = 1_000_000_000;

export class JoinWatch {
  private readonly tracks: Tracks;
  private readonly formation: Formation;
  private readonly said = new DecodeMemo(readJoin);

  constructor(tracks: Tracks, formation: Formation) {
    this.tracks = tracks;
    this.formation = formation;
  }

  /** A join or leave; `node` transmitted it. */
  join(m: IndexedMessage, node: NodeTrack): void {
    const join = this.said.read(m);
    if (join === null) return;
    this.learn(join);
    const heard = this.transmission(m, node, join);
    if (heard === null) return;
    this.tracks.joinLog.add(heard);
    this.tracks.watcher?.joined(heard);
    if (heard.isLeave) this.leaves(node, heard);
    else this.gathers(m, node, heard);
  }

  /** What a join says of addresses, unless nothing was learnt since it was last heard. */
  private learn(join: SaidJoin): void {
    const { nodes } = this.tracks;
    if (join.learntAt === nodes.lessons) return;
    for (const srpAddr of join.srpAddrs) nodes.learnSecond(srpAddr);
    for (const ref of join.refs) nodes.learn(ref);
    join.learntAt = nodes.lessons;
  }

  /** The join as its sender transmitted it, null for a further copy of one. */
  private transmission(m: IndexedMessage, node: NodeTrack, join: SaidJoin): JoinHeard | null {
    const { nodes } = this.tracks;
    const { message, hasAppended } = join;
    for (const loopback of join.loopbacks) this.tracks.watcher?.loopback(loopback, node.nodeid, m.row, m.timeNs);
    const sets = join.lists ?? {
      proc: nodeSet(message.procList.map((ref) => nodes.idOf(ref))),
      failed: nodeSet(message.failedList.map((ref) => nodes.idOf(ref))),
    };
    const { ringSeq } = message;
    const isLeave = message.header.nodeid === 0;
    const sent = node.sentJoins.begin(m, join.lists === null ? sameJoinKey(message, sets) : join.key);
    if (sent === null) return null;
    // A LEAVE that is repeated, or comes again on a redundant ring, is no new process.
    if (node.hasLeft && !isLeave) restartProcess(this.tracks, node, m.timeNs);
    node.tally.joinTx++;
    if (!m.toGroup) node.tally.ownCopies[PacketKind.MEMB_JOIN]!++;
    const { row, timeNs, toGroup } = m;
    const { nodeid: from } = node;
    const kind = 'join' as const;
    const lists = { proc: sets.proc, failed: sets.failed, hasAppended, ringSeq };
    return { kind, from, row, timeNs, ...lists, isLeave, timer: null, sent: toGroup ? null : sent };
  }

  private leaves(node: NodeTrack, heard: JoinHeard): void {
    node.remember(heard);
    node.hasLeft = true;
    node.state = null;
    node.episode = null;
  }

  private gathers(m: IndexedMessage, node: NodeTrack, heard: JoinHeard): void {
    if (isStart(node, heard)) {
      restartProcess(this.tracks, node, heard.timeNs);
      node.tally.joinTx = 1;
      if (heard.sent !== null) node.tally.ownCopies[PacketKind.MEMB_JOIN] = 1;
      return this.enter(node, heard, STARTED, { ...BY_ITSELF, wasRunning: false });
    }
    // Of a ring that it has left since: held back on its way.
    if (node.state !== null && heard.ringSeq < node.ringSeq) return;
    if (node.state === null && heard.timeNs - this.tracks.startsAt() < JOIN_TIMER_MAX_NS) return adopt(node, heard);
    const last = node.lastJoin;
    if (last !== null && heard.ringSeq > node.ringSeq) this.triedRing(node, last, heard);
    const isUnchanged = last !== null && isSame(last.proc, heard.proc) && isSame(last.failed, heard.failed);
    const since = last === null ? Infinity : heard.timeNs - last.timeNs;
    const question = this.question(m, node, heard);
    if (node.state === 'gather' && isUnchanged && this.staysAsIs(node, heard, question, since)) return;
    const next = isUnchanged && since <= SAME_MOMENT_NS ? node.following.shift() : undefined;
    if (next === undefined) node.following.length = 0;
    const answer: GatherAnswer =
      next === undefined
        ? explainGather(question)
        : { reason: next, certainty: 'certain', trigger: null, following: [...node.following] };
    // What a cut link held back leaves in one go: the join timer's repetitions too, and at once.
    if (answer.reason === null && isUnchanged && wasSilentAt(node, heard.timeNs)) return node.remember(heard);
    this.enter(node, heard, answer, {
      trigger: answer.trigger?.from ?? null,
      isLeave: answer.trigger?.isLeave ?? false,
      silence: node.lastTokenIn < 0 ? null : (heard.timeNs - node.lastTokenIn + waitOf(node, heard.timeNs)) / NS_PER_S,
      gaveUp: without(heard.failed, question.failed),
      wasRunning: true,
    });
  }

  /** Its number rose: it formed a ring that is not seen, or tried to. */
  private triedRing(node: NodeTrack, last: JoinHeard, { timeNs, ringSeq }: JoinHeard): void {
    const wanted = node.proc.filter((id) => !node.failed.includes(id));
    const hasSpoken = timeNs - node.silenceNs > last.timeNs + SAME_MOMENT_NS;
    // Alone on a ring it would send merge detects: it did not get its own commit token.
    const isStuck = node.state === 'gather' && wanted.length <= 1 && !hasSpoken && node.silenceNs > ALONE_NS;
    if (!isStuck) return this.formation.unseenFormation(node, 0, ringSeq, true);
    node.state = 'commit';
    node.lastEntry = last.timeNs;
    node.ringSeq = ringSeq;
    node.tally.commit++;
  }

  /** Handles a join that repeats the last one: true where it is the join timer's, or was answered for already. */
  private staysAsIs(node: NodeTrack, heard: JoinHeard, question: GatherQuestion, since: number): boolean {
    const isTimerDue = since >= JOIN_TIMER_MIN_NS;
    const provoker = provocation(question);
    if (provoker !== null) {
      const answer: GatherAnswer = { ...STARTED, reason: Gather.JOIN_CHANGED_LISTS, trigger: provoker };
      this.enter(node, heard, answer, { ...BY_ITSELF, trigger: provoker.from });
      node.wasProvoked = isTimerDue;
      return true;
    }
    // The timer's join and the answer's, one after the other: the first was taken for the entry.
    const isSecondOfTwo = node.wasProvoked && since <= SAME_MOMENT_NS;
    if (!isTimerDue && !isSecondOfTwo) return false;
    node.following.length = 0;
    node.wasProvoked = false;
    node.remember(heard);
    return true;
  }

  private question(m: IndexedMessage, node: NodeTrack, heard: JoinHeard): GatherQuestion {
    const { rings } = this.tracks;
    const isOperational = node.state === 'operational';
    const order = rings.get(node.ring)?.order ?? null;
    const wasSilent = wasSilentAt(node, heard.timeNs);
    // Over udp, a node that goes on has two queues, and its token empties the other one first.
    const isQueued = wasSilent && !m.toGroup;
    const silenceNs = isQueued ? heard.timeNs - node.silentSince : node.silenceNs;
    const first = this.tracks.groupLog.firstAfter(node.silentSince, node.addresses);
    const onRing = node.members ?? (order === null ? null : nodeSet(order));
    const lists = isOperational ? onRing : node.proc;
    return {
      nodeid: node.nodeid,
      dialect: m.dialect?.id ?? null,
      isKnet: m.knetBroadcast,
      state: node.state,
      isKnown: lists !== null && node.state !== null,
      hasStranger: heard.hasAppended || heard.proc.some((id) => this.isElsewhere(id, node)),
      proc: lists ?? NOBODY,
      failed: isOperational ? NOBODY : node.failed,
      members: node.members,
      ringSeq: node.ringSeq,
      forming: order === null ? null : nodeSet(order),
      sentProc: heard.proc,
      sentFailed: heard.failed,
      timeNs: heard.timeNs,
      timerNs: timerOf(node, heard.timeNs),
      waitedNs: waitOf(node, heard.timeNs),
      silenceNs: Number.isFinite(silenceNs) ? silenceNs : 0,
      isQueued,
      timerFirst: wasSilent && node.silenceEndedByTimer,
      isFlushed: wasSilent && m.toGroup && first === PacketKind.MEMB_JOIN,
      heard: this.heardBy(node, heard.timeNs, silenceNs),
    };
  }

  private isElsewhere(nodeid: number, node: NodeTrack): boolean {
    const other = this.tracks.nodes.get(nodeid);
    return other !== undefined && (other.ring === 0 ? other.startedAt !== null : other.ring !== node.ring);
  }

  /** Messages of others that may have reached the node lately and have not moved it yet. */
  private heardBy(node: NodeTrack, now: number, silenceNs: number): readonly Heard[] {
    const messages: Heard[] = [];
    const since = now - Math.max(REACTION_MAX_NS, silenceNs);
    for (const other of this.tracks.nodes.all) {
      if (other === node || other.lastSeen < since) continue;
      if (!this.tracks.reception.hears(node.encoding, other.encoding)) continue;
      const answered = node.answered.get(other.nodeid) ?? -1;
      const { joins } = other;
      // Joins are kept in order of time: what came too early lies in front.
      let first = joins.length;
      while (first > 0 && isSince(joins[first - 1], answered, since)) first--;
      for (let i = first; i < joins.length; i++) {
        const join = joins[i];
        const timeNs = join === undefined ? null : reachedAt(join, node);
        if (join !== undefined && timeNs !== null && timeNs > node.workedOffUntil)
          messages.push(timeNs === join.timeNs ? join : { ...join, timeNs });
      }
      this.addForeign(messages, node, other, 'merge', answered);
      this.addForeign(messages, node, other, 'mcast', answered);
    }
    return messages;
  }

  /** A merge detect or multicast of another ring; what came before the node settled on its own was of no concern. */
  private addForeign(
    messages: Heard[],
    node: NodeTrack,
    other: NodeTrack,
    kind: 'merge' | 'mcast',
    answered: number,
  ): void {
    const { row, timeNs, ring } = kind === 'merge' ? other.merge : other.mcast;
    if (row < 0 || row <= answered || ring === node.ring) return;
    if (timeNs <= Math.max(node.operationalAt, node.workedOffUntil)) return;
    const from = other.nodeid;
    messages.push({
      kind,
      from,
      row,
      timeNs,
      proc: NOBODY,
      failed: NOBODY,
      ringSeq: 0n,
      isLeave: false,
      timer: null,
    });
  }

  /** What began the episode that starts with this entry. */
  private causeOf(reason: Gather | null, { trigger, isLeave, wasRunning }: GatherStory): RingCause {
    const cause = gatherReason(reason)?.cause ?? 'unknown';
    if (cause === 'start') return wasRunning ? 'interface-change' : 'start';
    if (cause !== 'join') return cause;
    if (isLeave) return 'leave';
    const mover = trigger === null ? undefined : this.tracks.nodes.get(trigger);
    return mover?.episode?.cause ?? 'join';
  }

  private enter(node: NodeTrack, heard: JoinHeard, answer: GatherAnswer, story: GatherStory): void {
    const { reason, certainty, trigger, following } = answer;
    const { timeNs, row } = heard;
    logChange(this.tracks, node, {
      timeNs,
      to: 'gather',
      gatherFrom: reason,
      says: sayGather(node.nodeid, reason, story),
      certainty,
      rows: trigger === null ? [row] : [trigger.row, row],
      ring: node.ring,
    });
    if (trigger !== null) {
      node.answered.set(trigger.from, trigger.row);
      node.workedOffUntil = trigger.timeNs;
    }
    const byTimer = reason !== null && TIMER_REASONS.includes(reason) && trigger === null;
    if (byTimer && node.state !== null) heard.timer = { state: node.state, ns: timerOf(node, timeNs) };
    node.lastEntry = timeNs;
    node.wasProvoked = false;
    const { tally } = node;
    tally.gather++;
    if (reason !== null) tally.reasons[reason]!++;
    if (reason === Gather.TOKEN_LOST_IN_GATHER) tally.continuousGather++;
    node.episode ??= { timeNs, cause: this.causeOf(reason, story) };
    node.following.splice(0, Infinity, ...following);
    adopt(node, heard);
  }
}

/** The node has just ended a long silence. */
function wasSilentAt(node: NodeTrack, timeNs: number): boolean {
  return timeNs - node.silentUntil < BACKLOG_NS;
}

/** The node gathers, with the lists of this join. */
function adopt(node: NodeTrack, heard: JoinHeard): void {
  node.state = 'gather';
  node.ringSeq = heard.ringSeq;
  node.proc = heard.proc;
  node.failed = heard.failed;
  node.remember(heard);
}

/** How long the timer has run that makes a node leave its state: the consensus timer, or the token timer. */
function timerOf({ state, lastEntry, lastTokenIn }: NodeTrack, now: number): number {
  if (state === 'gather' || state === 'commit') return now - lastEntry;
  return now - (state === 'recovery' ? Math.max(lastEntry, lastTokenIn) : lastTokenIn);
}

/** How long it had waited for a token that has just come, where no other took so long; 0 else. */
function waitOf({ longestWaitNs, longestWaitUntil, usualWaitNs }: NodeTrack, now: number): number {
  const isLong = longestWaitNs >= LONG_WAIT_NS && longestWaitNs > LONG_WAIT_RATIO * usualWaitNs;
  return isLong && now - longestWaitUntil < JUST_NS ? longestWaitNs : 0;
}

/** A process that starts wants itself alone; a running one never takes a node from its list. */
function isStart(node: NodeTrack, { proc, failed }: JoinHeard): boolean {
  const isAlone = (set: NodeSet): boolean => set.length === 1 && set[0] === node.nodeid;
  if (!isAlone(proc) || failed.length > 0) return false;
  return !(node.state === 'gather' && isAlone(node.proc) && node.failed.length === 0);
}

function isSince(join: JoinHeard | undefined, answered: number, since: number): boolean {
  return join !== undefined && join.row > answered && join.timeNs >= since;
}

/** When the join went to this node: a multicast at once, else its copy; null where there was none. */
function reachedAt({ sent, timeNs }: JoinHeard, node: NodeTrack): number | null {
  if (sent === null) return timeNs;
  const copy = sent.destinations.findIndex((address) => node.addresses.includes(address));
  return sent.times[copy] ?? null;
}
