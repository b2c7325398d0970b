// What each kind of packet and each state looks like, everywhere: a shape and a colour by meaning, never one alone.
import { PacketKind, RowFlag } from '../../app/store/kinds.ts';
import type { MembershipState } from '../../app/analysis/result.ts';
import type { Fill } from '../canvas/backgrounds.ts';
import type { Shape } from '../canvas/marks.ts';

export interface Look {
  readonly shape: Shape;
  /** Custom property of the style sheet, without dashes in front. */
  readonly colour: string;
}

/** Where in a lane the marks of a kind stand, from the top. */
export const Track = { MEMBERSHIP: 0, TOKEN: 1, MCAST: 2, OTHER: 3 } as const;
export const TRACKS = 4;

interface KindLook extends Look {
  readonly track: number;
}

const OTHER: KindLook = { shape: 'bar', colour: 'other', track: Track.OTHER };
const LOOKS: Readonly<Record<number, KindLook>> = {
  [PacketKind.ORF_TOKEN]: { shape: 'disc', colour: 'token', track: Track.TOKEN },
  [PacketKind.MCAST]: { shape: 'dot', colour: 'mcast', track: Track.MCAST },
  [PacketKind.MEMB_MERGE_DETECT]: { shape: 'diamond', colour: 'merge-detect', track: Track.MEMBERSHIP },
  [PacketKind.MEMB_JOIN]: { shape: 'triangle', colour: 'join', track: Track.MEMBERSHIP },
  [PacketKind.MEMB_COMMIT_TOKEN]: { shape: 'square', colour: 'commit-token', track: Track.MEMBERSHIP },
  [PacketKind.TOKEN_HOLD_CANCEL]: { shape: 'tick', colour: 'hold-cancel', track: Track.MEMBERSHIP },
  [PacketKind.MALFORMED]: { shape: 'cross', colour: 'failure', track: Track.OTHER },
  [PacketKind.ENCRYPTED]: { shape: 'square', colour: 'other', track: Track.OTHER },
  [PacketKind.SHEEP_TCP]: { shape: 'diamond', colour: 'other', track: Track.OTHER },
};

/** How a packet is drawn. */
export function lookOf(kind: number, flags: number): Look {
  if (kind === PacketKind.MCAST && (flags & RowFlag.REPEATED) !== 0) return { shape: 'tail', colour: 'retransmission' };
  if (kind === PacketKind.ORF_TOKEN && (flags & RowFlag.REPEATED) !== 0) return { shape: 'ring', colour: 'token' };
  return LOOKS[kind] ?? OTHER;
}

/** The looks of a track's densities: what most of its marks are. */
export const TRACK_COLOURS: readonly string[] = ['join', 'token', 'mcast', 'other'];

/** Track of each kind; -1 for what is not drawn. */
export const TRACK_OF_KIND = Int8Array.from({ length: 256 }, (_, kind) =>
  kind === PacketKind.UNRELATED || kind > PacketKind.SHEEP_TCP ? -1 : (LOOKS[kind] ?? OTHER).track,
);

export interface StateLook {
  readonly fill: Fill;
  readonly colour: string;
  readonly initial: string;
  readonly doc: string;
}

export const STATE_LOOKS: Readonly<Record<MembershipState, StateLook>> = {
  operational: {
    fill: 'solid',
    colour: 'operational',
    initial: 'O',
    doc: 'operational: the ring is whole and the token turns',
  },
  gather: { fill: 'hatched', colour: 'gather', initial: 'G', doc: 'gather: looks for the nodes to form a ring with' },
  commit: {
    fill: 'dotted',
    colour: 'commit',
    initial: 'C',
    doc: 'commit: the commit token goes round the ring that is forming',
  },
  recovery: {
    fill: 'barred',
    colour: 'recovery',
    initial: 'R',
    doc: 'recovery: members exchange the messages of the old ring',
  },
};

/** What to read beside a colour, once, in the order of the glossary. */
export const LEGEND: readonly { readonly look: Look; readonly word: string; readonly doc: string }[] = [
  { look: { shape: 'disc', colour: 'token' }, word: 'token', doc: 'its holder may multicast' },
  { look: { shape: 'ring', colour: 'token' }, word: 'token copy', doc: 'sent again because nothing was heard of it' },
  { look: { shape: 'dot', colour: 'mcast' }, word: 'mcast', doc: 'a multicast with its place in the total order' },
  {
    look: { shape: 'tail', colour: 'retransmission' },
    word: 'retransmission',
    doc: 'a multicast sent again for a node that lacks it',
  },
  {
    look: { shape: 'triangle', colour: 'join' },
    word: 'join',
    doc: 'membership negotiation: whom the sender wants, whom it gave up',
  },
  {
    look: { shape: 'square', colour: 'commit-token' },
    word: 'commit token',
    doc: 'goes twice round a ring that is being formed',
  },
  { look: { shape: 'diamond', colour: 'merge-detect' }, word: 'merge detect', doc: 'lets other rings find this one' },
  {
    look: { shape: 'tick', colour: 'hold-cancel' },
    word: 'hold cancel',
    doc: 'asks the representative to let the token go',
  },
];
