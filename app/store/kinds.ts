// The kinds of packets and the marks on a row, by number, with what panels need to show them. Data only.

/** cli.md's `kind`; 0 to 5 are Totem's own type numbers. The kinds from UNRELATED on are not lines of `decode`. */
export const PacketKind = {
  ORF_TOKEN: 0,
  MCAST: 1,
  MEMB_MERGE_DETECT: 2,
  MEMB_JOIN: 3,
  MEMB_COMMIT_TOKEN: 4,
  TOKEN_HOLD_CANCEL: 5,
  RRP: 6,
  KNET: 7,
  FRAGMENT: 8,
  ENCRYPTED: 9,
  MALFORMED: 10,
  OTHER: 11,
  UNRELATED: 12,
  IGMP: 13,
  ICMP: 14,
  SHEEP_TCP: 15,
  LOG: 16,
} as const;
export type PacketKind = (typeof PacketKind)[keyof typeof PacketKind];

export interface KindLook {
  /** The name in the command line, filters and exports. */
  readonly name: string;
  /** What a person reads in the table. */
  readonly label: string;
  /** One sentence for the tooltip. */
  readonly doc: string;
}

/** Indexed by PacketKind. */
export const PACKET_KINDS: readonly KindLook[] = [
  { name: 'orf_token', label: 'token', doc: 'Ordering, Reliability, Flow control token: its holder may multicast.' },
  { name: 'mcast', label: 'mcast', doc: 'A multicast with its place in the total order.' },
  { name: 'memb_merge_detect', label: 'merge detect', doc: 'By this an idle ring lets other rings find it.' },
  { name: 'memb_join', label: 'join', doc: 'Membership negotiation: whom the sender wants, whom it gave up.' },
  { name: 'memb_commit_token', label: 'commit token', doc: 'Goes twice round a ring that is being formed.' },
  { name: 'token_hold_cancel', label: 'hold cancel', doc: 'Asks the representative to let the held token go.' },
  { name: 'rrp', label: 'ring test', doc: 'Test of a redundant ring that was marked faulty.' },
  { name: 'knet', label: 'knet', doc: 'Kronosnet keeping its links: ping, pong, path MTU probe.' },
  { name: 'fragment', label: 'fragment', doc: 'A part of a datagram or message that another packet completes.' },
  { name: 'encrypted', label: 'encrypted', doc: 'Cannot be opened with the keys at hand.' },
  { name: 'malformed', label: 'malformed', doc: 'Starts like Totem, but does not hold what it says.' },
  { name: 'other', label: 'other', doc: 'On a Totem port, but not Totem.' },
  { name: 'unrelated', label: 'unrelated', doc: 'Neither Totem nor about it.' },
  { name: 'igmp', label: 'igmp', doc: 'Group membership: decides which ports get the multicasts.' },
  { name: 'icmp', label: 'icmp', doc: 'What the network says about packets that did not arrive.' },
  { name: 'sheep_tcp', label: 'sheep tcp', doc: 'sheepdog requests and responses on TCP port 7000.' },
  { name: 'log', label: 'log line', doc: 'A line of a log that the capture carries between its packets.' },
];

/** True for the kinds that `decode` prints a line for. */
export function isRelevant(kind: number): boolean {
  return kind < PacketKind.UNRELATED;
}

/** Bits of the column `flags`. */
export const RowFlag = {
  /** A problem was met in decoding. */
  PROBLEM: 1,
  /** The same transmission of the same source to another destination (udpu, knet). */
  FANOUT_COPY: 2,
  /** A token with a (ring, token_seq), or an mcast with a (ring, seq), that was there before and is no fan-out copy. */
  REPEATED: 4,
  BIG_ENDIAN: 8,
  /** More than one frame made this message: see PacketStore.parts. */
  REASSEMBLED: 16,
  /** Recovery: an mcast that carries an mcast of the old ring. */
  ENCAPSULATED: 32,
  /** The snap length cut this frame. */
  CUT: 64,
  /** A join with node id 0. */
  LEAVE: 128,
  /** A token that asks for retransmissions. */
  RTR: 256,
  /** A token with retrans_flg set. */
  RETRANS_FLG: 512,
  /** The payload of this mcast was captured before: `link` names the row of its earliest copy. */
  PAYLOAD_COPY: 1024,
  /** Opened with a key. */
  OPENED: 2048,
  /** The same frame again, captured at another interface. */
  DUPLICATE: 4096,
} as const;
