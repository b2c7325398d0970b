// What each node was doing from when to when, and which rings there were: one account for the timeline, the ring view
// and the membership panel. Pure, from the analysis alone; found once for each analysis.
import type { Analysis, MembershipState, RingHistory, Transition } from '../../../app/analysis/result.ts';

export interface NodeStretch {
  readonly from: number;
  readonly to: number;
  /** Null where it is not known, or the node is silent. */
  readonly state: MembershipState | null;
  readonly ring: string | null;
  /** What it is doing, in words. */
  readonly says: string;
  /** What brought it here. */
  readonly transition: Transition | null;
}

export interface RingInterval {
  readonly id: string;
  readonly rep: number;
  /** In ring order where that is known. */
  readonly members: readonly number[];
  readonly from: number;
  readonly to: number;
  /** False for a ring whose tokens are not in this capture: a later commit token names it. */
  readonly isSeen: boolean;
}

export interface Histories {
  /** In order of time, without overlap; before the first nothing was heard of the node. */
  of(nodeid: number): readonly NodeStretch[];
  readonly rings: readonly RingInterval[];
  ring(id: string): RingInterval | undefined;
}

/** A node that follows the others within this time was only the last to notice. */
const FOLLOWS = 0.5e9;
/** Nanoseconds of silence up to the end of the capture after which a node is no longer taken to be in its state. */
const SILENCE = 2e9;
/** Corosync's reason 15: the interface came up, as it does at a start. */
const GATHER_START = 15;
const SILENT = 'silent: nothing of it here since the others left its ring';
const LEFT = 'left: it said so itself, and stopped';

type Open = { from: number; state: MembershipState | null; ring: string | null; says: string; by: Transition | null };

class Builder {
  private readonly analysis: Analysis;
  private readonly end: number;
  private readonly ringById: ReadonlyMap<string, RingHistory>;
  /** By ring id: when each member was first seen to leave it for another state or ring. */
  private readonly left = new Map<string, { readonly nodeid: number; readonly time: number }[]>();
  private readonly byNode = new Map<number, Transition[]>();
  private readonly ringsOf = new Map<number, RingHistory[]>();

  constructor(analysis: Analysis, end: number) {
    this.analysis = analysis;
    this.end = end;
    this.ringById = new Map(analysis.rings.map((ring) => [ring.id, ring]));
    for (const transition of analysis.transitions) {
      const own = this.byNode.get(transition.nodeid);
      if (own === undefined) this.byNode.set(transition.nodeid, [transition]);
      else own.push(transition);
    }
    for (const ring of analysis.rings)
      for (const member of ring.members) {
        const own = this.ringsOf.get(member);
        if (own === undefined) this.ringsOf.set(member, [ring]);
        else own.push(ring);
      }
  }

  build(): ReadonlyMap<number, readonly NodeStretch[]> {
    const opened = new Map(this.analysis.nodes.map(({ nodeid }) => [nodeid, this.openings(nodeid)]));
    for (const [nodeid, openings] of opened) this.noteLeaving(nodeid, openings);
    return new Map(
      this.analysis.nodes.map(({ nodeid, lastSeen }) => [
        nodeid,
        this.stretches(nodeid, lastSeen, opened.get(nodeid) ?? []),
      ]),
    );
  }

  /** The ring that turned round a node at a time: the last of its rings whose token had come by then. */
  private ringAt(nodeid: number, time: number): string | null {
    const own = this.ringsOf.get(nodeid) ?? [];
    return own.findLast(({ firstToken }) => firstToken !== null && firstToken <= time)?.id ?? null;
  }

  private openings(nodeid: number): readonly Open[] {
    const openings: Open[] = [];
    const own = this.byNode.get(nodeid) ?? [];
    const leaves = this.analysis.joinLists.filter((join) => join.isLeave && join.nodeid === nodeid);
    // A ring that turns when the capture starts has no transition: its members are operational from its first token on.
    const first = (this.ringsOf.get(nodeid) ?? []).find(({ firstToken }) => firstToken !== null);
    const since = first?.firstToken ?? null;
    if (first?.committed === null && since !== null && since < (own[0]?.time ?? Infinity))
      openings.push({ from: since, state: 'operational', ring: first.id, says: 'operational', by: null });
    for (const by of own) {
      const { time: from, to: state, says } = by;
      if (state === 'operational') openings.push({ from, state, ring: by.ring, says: 'operational', by });
      else openings.push({ from, state, ring: state === 'gather' ? null : by.ring, says, by });
    }
    for (const { time: from } of leaves) openings.push({ from, state: null, ring: null, says: LEFT, by: null });
    openings.sort((a, b) => a.from - b.from);
    for (const open of openings)
      if (open.state === 'operational' && open.ring === null) open.ring = this.ringAt(nodeid, open.from);
    return openings;
  }

  private noteLeaving(nodeid: number, openings: readonly Open[]): void {
    for (const [i, { state, ring }] of openings.entries()) {
      const next = openings[i + 1];
      if (state !== 'operational' || ring === null || next === undefined) continue;
      const left = this.left.get(ring);
      if (left === undefined) this.left.set(ring, [{ nodeid, time: next.from }]);
      else left.push({ nodeid, time: next.from });
    }
  }

  /** From when on a node is silent in a stretch that it never ended itself; null where it is not. */
  private silentSince(nodeid: number, { from, state, ring }: Open, to: number, lastSeen: number): number | null {
    if (state === null) return null;
    const others = (ring === null ? undefined : this.left.get(ring))?.filter((other) => other.nodeid !== nodeid) ?? [];
    const since = Math.max(from, Math.min(...others.map(({ time }) => time)));
    if (state === 'operational' && to - since > FOLLOWS) return since;
    // The token of its ring turns, so it passes it on, even where the capture does not show its packets.
    const alive = Math.max(lastSeen, state === 'operational' ? (this.ringById.get(ring ?? '')?.lastToken ?? 0) : 0);
    return to >= this.end && this.end - alive > SILENCE ? Math.max(from, alive) : null;
  }

  private stretches(nodeid: number, lastSeen: number, openings: readonly Open[]): readonly NodeStretch[] {
    const stretches: NodeStretch[] = [];
    for (const [i, open] of openings.entries()) {
      const to = openings[i + 1]?.from ?? Math.max(this.end, open.from);
      const silent = this.silentSince(nodeid, open, to, lastSeen);
      const { from, state, ring, says, by: transition } = open;
      const until = silent ?? to;
      if (until > from || silent === null) stretches.push({ from, to: until, state, ring, says, transition });
      if (silent !== null && to > silent)
        stretches.push(...this.silence(nodeid, silent, to, openings[i + 1]?.by ?? null));
    }
    return stretches;
  }

  /** `next`: what it does when it is heard of again. */
  private silence(nodeid: number, from: number, to: number, next: Transition | null): readonly NodeStretch[] {
    const own = this.ringsOf.get(nodeid) ?? [];
    const after = own.find(({ committed }) => committed !== null && committed >= to);
    const origin = after?.origins.get(nodeid) ?? null;
    const isNewborn = next?.gatherFrom === GATHER_START && next.from === null;
    const silent = { state: null, ring: null, says: SILENT, transition: null };
    // The commit token of its next ring tells where it had been; a ring that is known here it left before.
    if (origin === null || isNewborn || this.ringById.has(origin)) return [{ from, to, ...silent }];
    const says = `silent here: it was on ring ${origin}, which this capture does not show`;
    const elsewhere = { ...silent, ring: origin, says };
    // When that ring formed is not known: about when the others formed theirs, which waited for the same timers.
    const { rings } = this.analysis;
    const formed = rings.find(({ firstToken }) => firstToken !== null && firstToken > from && firstToken < to);
    const since = formed?.firstToken ?? from;
    if (since <= from) return [{ from, to, ...elsewhere }];
    return [
      { from, to: since, ...silent },
      { from: since, to, ...elsewhere },
    ];
  }
}

/** Rings with tokens in the capture, and those that silent nodes were on meanwhile. */
function ringsOf(analysis: Analysis, stretches: ReadonlyMap<number, readonly NodeStretch[]>): readonly RingInterval[] {
  const rings: RingInterval[] = [];
  for (const { id, rep, members, committed, firstToken, lastToken } of analysis.rings) {
    const from = committed ?? firstToken;
    if (from !== null && firstToken !== null)
      rings.push({ id, rep, members, from, to: lastToken ?? from, isSeen: true });
  }
  const unseen = new Map<string, { members: number[]; from: number; to: number }>();
  for (const [nodeid, own] of stretches)
    for (const { state, ring, from, to } of own) {
      if (state !== null || ring === null) continue;
      const known = unseen.get(ring);
      if (known === undefined) unseen.set(ring, { members: [nodeid], from, to });
      else {
        known.members.push(nodeid);
        known.from = Math.max(known.from, from);
        known.to = Math.min(known.to, to);
      }
    }
  for (const [id, { members, from, to }] of unseen)
    rings.push({ id, rep: Number(id.split(':')[0]), members: members.sort((a, b) => a - b), from, to, isSeen: false });
  return rings.sort((a, b) => a.from - b.from);
}

/** `end`: time of the last packet. */
export function historiesOf(analysis: Analysis, end: number): Histories {
  const stretches = new Builder(analysis, end).build();
  const rings = ringsOf(analysis, stretches);
  const byId = new Map(rings.map((ring) => [ring.id, ring]));
  return { of: (nodeid) => stretches.get(nodeid) ?? [], rings, ring: (id) => byId.get(id) };
}

/** The stretch that a time lies in; null before the first one. */
export function stretchAt(stretches: readonly NodeStretch[], time: number): NodeStretch | null {
  let low = 0;
  let high = stretches.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((stretches[middle]?.from ?? 0) <= time) low = middle + 1;
    else high = middle;
  }
  return stretches[low - 1] ?? null;
}
