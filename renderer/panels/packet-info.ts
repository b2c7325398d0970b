// What a packet says, in the words of the field: "token 1862379712:8 seq 23 aru 23, 2 requests: 21 22". From columns
// alone, and fuller once its bytes were looked at. Pure.
import type { NodeName, RowFacts } from '../../app/session/row-facts.ts';
import { PACKET_KINDS, PacketKind, RowFlag } from '../../app/store/kinds.ts';
import type { PacketStore } from '../../app/store/packet-store.ts';

/** A sentence in parts, since a table has columns of its own for some of them. */
export interface Info {
  readonly kind: string;
  /** `REP:SEQ`, empty where there is none. */
  readonly ring: string;
  /** "seq 23", empty where there is none. */
  readonly seq: string;
  readonly rest: string;
}

const NO_ARU = 0xffffffff;
const plural = (count: number, one: string): string => `${count} ${count === 1 ? one : `${one}s`}`;

/** Names nodes: short for a cell, whole for a tooltip or a copy. */
export type NameNode = (node: NodeName) => string;
export const plainName: NameNode = (node) => String(node);

interface Columns {
  readonly kind: number;
  readonly flags: number;
  readonly aru: number;
  readonly tokenSeq: number;
  readonly seq: number;
  readonly link: number;
  readonly sender: number;
  readonly isRefused: boolean;
}

function tokenRest({ aru, tokenSeq, flags }: Columns, facts: RowFacts | null, name: NameNode): string {
  const parts = [`aru ${aru === NO_ARU ? 'none yet' : aru}`];
  if (facts?.kind === 'token') {
    const { requests, backlog, fcc, aruAddr } = facts;
    if (requests.length > 0) parts.push(`${plural(requests.length, 'request')}: ${requests.join(' ')}`);
    if (aruAddr !== 0) parts.push(`aru lowered by ${name(aruAddr)}`);
    if (fcc > 0) parts.push(`fcc ${fcc}`);
    if (backlog > 0) parts.push(`backlog ${backlog}`);
  } else if ((flags & RowFlag.RTR) !== 0) parts.push('asks for retransmissions');
  parts.push(`token_seq ${tokenSeq}`);
  if ((flags & RowFlag.RETRANS_FLG) !== 0) parts.push('recovery goes on');
  if ((flags & RowFlag.REPEATED) !== 0) parts.push('copy of an earlier token');
  return parts.join(', ');
}

function mcastRest({ flags }: Columns, facts: RowFacts | null): string {
  const parts: string[] = [];
  const isInner = (flags & RowFlag.ENCAPSULATED) !== 0;
  const inner = facts?.kind === 'mcast' ? facts.inner : null;
  if (isInner) parts.push(inner === null ? 'recovered from the old ring' : `recovered from ${inner}`);
  if ((flags & RowFlag.FANOUT_COPY) !== 0) parts.push('copy to another node');
  else if ((flags & RowFlag.REPEATED) !== 0) parts.push('retransmitted');
  if (facts?.kind === 'mcast') parts.push(...facts.carries);
  return parts.join(', ');
}

function joinRest({ seq, aru, tokenSeq, flags }: Columns, facts: RowFacts | null, name: NameNode): string {
  const names = (nodes: readonly NodeName[]): string => (nodes.length === 0 ? 'none' : nodes.map(name).join(' '));
  const lists =
    facts?.kind === 'join'
      ? `wants ${names(facts.wants)}, gave up ${names(facts.gaveUp)}`
      : `${plural(seq, 'node')} wanted, ${aru} given up`;
  return `${(flags & RowFlag.LEAVE) === 0 ? '' : 'leave: '}${lists}, ring_seq ${tokenSeq}`;
}

function commitRest({ seq, aru, tokenSeq }: Columns, facts: RowFacts | null, name: NameNode): string {
  const members = facts?.kind === 'commit' ? `members ${facts.members.map(name).join(' ')}` : plural(aru, 'member');
  return `${members}, memb_index ${seq}, token_seq ${tokenSeq}`;
}

function rest(columns: Columns, facts: RowFacts | null, name: NameNode): string {
  const { kind, link, aru, sender, isRefused } = columns;
  switch (kind) {
    case PacketKind.ORF_TOKEN:
      return tokenRest(columns, facts, name);
    case PacketKind.MCAST:
      return mcastRest(columns, facts);
    case PacketKind.MEMB_JOIN:
      return joinRest(columns, facts, name);
    case PacketKind.MEMB_COMMIT_TOKEN:
      return commitRest(columns, facts, name);
    case PacketKind.MEMB_MERGE_DETECT:
    case PacketKind.TOKEN_HOLD_CANCEL:
      return '';
    case PacketKind.FRAGMENT:
      return link === 0 ? 'never completed in this capture' : `completed by frame ${link}`;
    case PacketKind.KNET:
      return `${name(sender)}${aru === 0 ? '' : `, round trip ${(aru / 1e6).toFixed(3)} ms`}`;
    case PacketKind.ENCRYPTED:
      return isRefused ? 'no key fits, though one fits others' : 'no key at hand';
    case PacketKind.LOG:
      return facts?.kind === 'log' ? `${facts.host ?? 'log'}: ${facts.message}` : 'a line of a log';
    default:
      return facts?.kind === 'said' ? facts.says : (PACKET_KINDS[kind]?.doc ?? '');
  }
}

/** The sentence of a row. `facts`: what its bytes say, null while that is not known. */
export function infoOf(store: PacketStore, row: number, facts: RowFacts | null, name: NameNode): Info {
  const chunk = store.chunks[row >>> 16];
  if (chunk === undefined) return { kind: '', ring: '', seq: '', rest: '' };
  const i = row & 0xffff;
  const kind = chunk.kind[i]!;
  const columns: Columns = {
    kind,
    flags: chunk.flags[i]!,
    aru: chunk.aru[i]!,
    tokenSeq: chunk.tokenSeq[i]!,
    seq: chunk.seq[i]!,
    link: chunk.link[i]!,
    sender: chunk.sender[i]!,
    isRefused: store.encodings[chunk.encoding[i]!]?.authentic === false,
  };
  const hasSeq = kind === PacketKind.ORF_TOKEN || kind === PacketKind.MCAST;
  const said = rest(columns, facts, name);
  const problem = (columns.flags & RowFlag.PROBLEM) === 0 ? '' : 'see the problem in the detail';
  return {
    kind: PACKET_KINDS[kind]?.label ?? '',
    ring: chunk.ring[i] === 0 ? '' : (store.rings[chunk.ring[i]!]?.id ?? ''),
    seq: hasSeq ? `seq ${columns.seq}` : '',
    rest: [said, problem].filter((part) => part !== '').join(', '),
  };
}

/** The whole sentence, as it reads without a table round it. */
export function infoSentence({ kind, ring, seq, rest: said }: Info): string {
  const lead = [kind, ring, seq].filter((part) => part !== '').join(' ');
  if (said === '') return lead;
  return `${lead}${seq !== '' && said.startsWith('aru') ? ' ' : ': '}${said}`;
}
