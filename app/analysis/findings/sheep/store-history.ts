// The store over time: who is a member, which status and copies are in force, who left, and who is cut off from it,
// replayed from sheepdog's messages and from the rings, which tell sheep who left. Concludes no findings. Reference:
// sheepdog specs 3.1, 3.5 to 3.7, 3.9.
import { Op } from '../../../../protocol/sheep/operations.ts';
import type { RingHistory } from '../../result.ts';
import type { SheepMember, SheepNote } from '../../traffic/services/sheep-notes.ts';
import { FINDINGS_PER_RULE_MAX, type FindingContext } from '../engine/rule.ts';

/** A time in which the store was in a state that stops its users. */
export interface StoreSpan {
  readonly status: 'HALT' | 'WAIT_FOR_JOIN';
  readonly fromNs: number;
  /** Null where it lasts to the end of the capture. */
  untilNs: number | null;
  readonly frames: readonly number[];
  readonly members: readonly SheepMember[];
  readonly copies: number;
  /** Addresses of the latest epoch of those who asked to join meanwhile. */
  readonly wanted: readonly string[];
  /** `cluster recover` ended it. */
  byRecover: boolean;
}

/** A sheep that its store gave up with a ring, and that is in the group again without having introduced itself. */
export interface Stranded {
  readonly sheep: SheepMember;
  readonly awayNs: number;
  readonly without: RingHistory;
  readonly back: RingHistory;
  /** Where the node tells its processes, and this sheep among them. */
  readonly listed: number | null;
  /** When it introduced itself, as a new process; null if never in this capture. */
  readonly askedNs: number | null;
}

/** A process left the group without its node: it was stopped, killed, or ended by itself. */
export interface Departure {
  readonly sheep: SheepMember;
  readonly timeNs: number;
  readonly frame: number;
  /** Corosync's reason: 2 left the group, 5 ended; null where it is not said. */
  readonly reason: number | null;
  /** Of the store before; null where nothing of it was captured so far. */
  readonly status: string | null;
  readonly copies: number;
  /** The members that are left. */
  readonly rest: readonly SheepMember[];
  /** When a sheep of that node was taken into the store again; null if never in this capture. */
  backNs: number | null;
}

export interface StoreHistory {
  readonly departures: readonly Departure[];
  readonly spans: readonly StoreSpan[];
  readonly stranded: readonly Stranded[];
}

interface Away {
  readonly sheep: SheepMember;
  readonly atNs: number;
  readonly ring: RingHistory;
}

/** Who hands the store over to a joiner exits at once. */
const HAND_OVER_NS = 3e9;

class Replay {
  readonly departures: Departure[] = [];
  readonly spans: StoreSpan[] = [];
  readonly stranded: Stranded[] = [];
  private members: readonly SheepMember[] = [];
  private readonly away = new Map<number, Away>();
  private status: string | null = null;
  private copies = 0;
  private noHalt = false;
  private wanted: readonly string[] = [];
  private open: StoreSpan | null = null;
  private handOver: SheepNote | null = null;
  private readonly context: FindingContext;

  constructor(context: FindingContext) {
    this.context = context;
  }

  note(note: SheepNote): void {
    const { kind, nodeid, timeNs, frame } = note;
    if (kind === 'asks') this.wanted = [...new Set([...this.wanted, ...note.epochNodes])];
    else if (kind === 'accepted') this.accepted(note);
    else if (kind === 'leaves') this.drop((sheep) => sheep.nodeid === nodeid, timeNs, [frame]);
    else if (kind === 'group-leave') this.left(note);
    else if (kind === 'refused') this.handOver = note.result === 'MASTER_TRANSFER' ? note : null;
    else if (kind === 'operation') this.operation(note);
  }

  private left({ nodeid, pid, timeNs, frame, reason }: SheepNote): void {
    const isIt = (sheep: SheepMember): boolean => sheep.nodeid === nodeid && (sheep.pid === pid || pid === 0);
    const { status, copies } = this;
    const isUnknown = status === null && this.members.length === 0;
    const stranger = { nodeid, pid, address: '', zone: nodeid, isGone: false };
    const sheep = this.members.find(isIt) ?? (isUnknown ? stranger : null);
    this.drop(isIt, timeNs, [frame]);
    const master = this.handOver?.members.find(({ isGone }) => !isGone);
    const handsOver = timeNs - (this.handOver?.timeNs ?? -Infinity) < HAND_OVER_NS && master?.nodeid === nodeid;
    if (sheep === null || handsOver || this.departures.length >= FINDINGS_PER_RULE_MAX) return;
    this.departures.push({ sheep, timeNs, frame, reason, status, copies, rest: this.members, backNs: null });
  }

  private accepted({ members, status, copies, noHalt, nodeid, pid, address, timeNs, frame }: SheepNote): void {
    const own: SheepMember = { nodeid, pid, address, zone: nodeid, isGone: false };
    this.members = [...members.filter((sheep) => sheep.nodeid !== nodeid && !sheep.isGone), own];
    this.away.delete(nodeid);
    for (const gone of this.departures) if (gone.sheep.nodeid === nodeid) gone.backNs ??= timeNs;
    this.status = status;
    if (copies !== null && copies > 0) this.copies = copies;
    this.noHalt ||= noHalt;
    this.settle(timeNs, [frame]);
  }

  private operation({ opcode, copies, noHalt, timeNs, frame }: SheepNote): void {
    if (opcode === Op.MAKE_FS) {
      this.copies = copies ?? this.copies;
      this.noHalt = noHalt;
      this.status = 'OK';
    } else if (opcode === Op.RECOVER && this.status === 'WAIT_FOR_JOIN') {
      this.status = 'OK';
      if (this.open !== null) this.open.byRecover = true;
    } else if (opcode === Op.SHUTDOWN) this.status = 'SHUTDOWN';
    else return;
    this.settle(timeNs, [frame]);
  }

  private drop(isGone: (sheep: SheepMember) => boolean, timeNs: number, frames: readonly number[]): void {
    const left = this.members.filter((sheep) => !isGone(sheep));
    if (left.length === this.members.length) return;
    this.members = left;
    this.settle(timeNs, frames);
  }

  /** Fewer zones than copies halt the store, enough let it run again; both show in nothing but this. */
  private settle(timeNs: number, frames: readonly number[]): void {
    if (this.status === 'OK' || this.status === 'HALT') {
      const zones = new Set(this.members.map(({ nodeid }) => nodeid)).size;
      this.status = zones < this.copies && !this.noHalt ? 'HALT' : 'OK';
    }
    const { status } = this;
    const isStopped = (status === 'HALT' || status === 'WAIT_FOR_JOIN') && this.members.length > 0;
    if (this.open !== null && (!isStopped || this.open.status !== status)) {
      this.open.untilNs = timeNs;
      this.open = null;
    }
    if (!isStopped || this.open !== null) return;
    const { members, copies, wanted } = this;
    this.open = { status, fromNs: timeNs, untilNs: null, frames, members, copies, wanted, byRecover: false };
    this.spans.push(this.open);
  }

  /** A ring tells the sheep on it who left; who comes back with it joins the group, but not the store. */
  ring(ring: RingHistory): void {
    const atNs = ring.firstToken ?? 0;
    for (const [nodeid, away] of this.away) {
      const withOthers = this.members.some((sheep) => ring.members.includes(sheep.nodeid));
      if (!ring.members.includes(nodeid) || !withOthers) continue;
      this.away.delete(nodeid);
      if (!this.diedMeanwhile(away, atNs)) this.strand(away, ring);
    }
    const here = this.members.filter((sheep) => ring.members.includes(sheep.nodeid));
    // Of two sides, the one with more of the store's members, or its master, is taken for the store.
    const isHome = here.length * 2 > this.members.length || (here.length > 0 && here[0] === this.members[0]);
    if (!isHome || here.length === this.members.length) return;
    for (const sheep of this.members) if (!here.includes(sheep)) this.away.set(sheep.nodeid, { sheep, atNs, ring });
    this.drop((sheep) => !here.includes(sheep), atNs, ring.frames);
  }

  /** With its Corosync a sheep dies too; one whose interface went down begins anew and is no new process. */
  private diedMeanwhile({ sheep, atNs }: Away, untilNs: number): boolean {
    const { nodeid } = sheep;
    const hadNoInterface = this.context.ledger.said('interface-down').some(({ culprits }) => culprits.includes(nodeid));
    if (hadNoInterface) return false;
    const left = this.context.odd.leaves.some((leave) => leave.node === nodeid && leave.timeNs <= atNs);
    const died = this.context.ledger.said('node-dead').some(({ culprits, time }) => {
      return culprits.includes(nodeid) && time <= untilNs && time > atNs - 30e9;
    });
    const born = this.context.joins.starts.some(
      (start) => start.node === nodeid && start.timeNs > atNs - 30e9 && start.timeNs <= untilNs,
    );
    return (left && born) || died || born;
  }

  private strand({ sheep, atNs, ring: without }: Away, back: RingHistory): void {
    const since = back.committed ?? back.firstToken ?? 0;
    const own = this.context.sheepNotes.filter(({ nodeid, timeNs }) => nodeid === sheep.nodeid && timeNs >= since);
    const listed = own.find(({ kind }) => kind === 'listed')?.frame ?? null;
    const askedNs = own.find(({ kind }) => kind === 'asks')?.timeNs ?? null;
    this.stranded.push({ sheep, awayNs: atNs, without, back, listed, askedNs });
  }
}

export function storeHistory(context: FindingContext): StoreHistory {
  const replay = new Replay(context);
  const rings = context.rings
    .filter(({ firstToken, committed }) => firstToken !== null && committed !== null)
    .toSorted((a, b) => (a.firstToken ?? 0) - (b.firstToken ?? 0));
  let next = 0;
  for (const note of context.sheepNotes) {
    for (let ring = rings[next]; ring !== undefined && (ring.firstToken ?? 0) < note.timeNs; ring = rings[++next])
      replay.ring(ring);
    replay.note(note);
  }
  for (const ring of rings.slice(next)) replay.ring(ring);
  return replay;
}
