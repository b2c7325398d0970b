// What happened in a world in the words of a transcript. One line each, without its time and its node.
import { asciiText } from '../../base/bytes.ts';
import { decodeTotem, type TotemMessage } from '../../totem/decode.ts';
import type { Dialect } from '../../totem/dialect.ts';
import type { NodeRef, RingRef } from '../../totem/identity.ts';
import type { EngineNote } from '../../totem/engine/contract.ts';
import type { ClusterSpec } from '../cluster.ts';
import type { ProgramEffect } from '../program.ts';
import type { Topic } from '../scenario/commands.ts';

/** Characters of a message that a line shows. */
const TEXT_SHOWN = 48;
const LISTED = 12;

/** Corosync's codes for why a node enters GATHER (specs/totem.md 2.2). */
export const GATHER_CAUSES: { readonly [code: number]: string } = {
  0: 'consensus timeout',
  2: 'token lost in operational',
  3: 'consensus timeout expired',
  4: 'token lost in commit',
  5: 'token lost in recovery',
  6: 'failed to receive',
  7: 'foreign message in operational',
  8: 'foreign message in gather',
  9: 'merge in operational',
  10: 'merge in gather',
  11: 'merge during join',
  12: 'join in operational',
  13: 'join in commit',
  14: 'join in recovery',
  15: 'interface change',
};

const NOTE_TOPICS: { readonly [K in EngineNote['kind']]: Topic } = {
  state: 'states',
  timer: 'timers',
  discarded: 'discards',
  refused: 'notes',
  'token-warning': 'notes',
  'retransmit-list': 'notes',
  'failed-to-receive': 'notes',
  'pause-detected': 'notes',
};

const EFFECT_TOPICS: { readonly [K in Exclude<ProgramEffect['kind'], 'note'>]: Topic | null } = {
  configuration: 'rings',
  deliver: 'deliveries',
  synchronised: 'sync',
  'cpg-deliver': 'deliveries',
  'cpg-confchg': 'groups',
  'cpg-refused': 'notes',
  'cpg-ready': null,
  'persist-ring-id': 'timers',
  'send-mcast': null,
  'send-token': null,
};

/** What an effect is about, or null where it says nothing. */
export function topicOf(effect: ProgramEffect): Topic | null {
  return effect.kind === 'note' ? NOTE_TOPICS[effect.note.kind] : EFFECT_TOPICS[effect.kind];
}

/** Names of a cluster's nodes and rings in a transcript: numbers, and number/seq. */
export class Wording {
  readonly #numbers: ReadonlyMap<number, number>;
  readonly #dialect: Dialect;

  constructor(cluster: ClusterSpec, dialect: Dialect) {
    this.#numbers = new Map(cluster.nodes.map(({ nodeid, number }) => [nodeid, number]));
    this.#dialect = dialect;
  }

  node(nodeid: number): string {
    const number = this.#numbers.get(nodeid);
    return number === undefined ? `#${nodeid}` : `${number}`;
  }

  ring(ring: RingRef): string {
    return `${this.node(ring.rep)}/${ring.seq}`;
  }

  nodes(nodes: readonly NodeRef[]): string {
    return nodes.length === 0 ? 'none' : nodes.map(({ nodeid }) => this.node(nodeid)).join(' ');
  }

  /** What an effect says, or null where it says nothing. */
  effect(effect: ProgramEffect): string | null {
    switch (effect.kind) {
      case 'note':
        return this.#note(effect.note);
      case 'configuration': {
        const { members, left, joined, ringId } = effect;
        const isRegular = effect.type === 'regular';
        const change = isRegular ? joined : left;
        const tail = change.length === 0 ? '' : ` ${isRegular ? 'joined' : 'left'} ${this.nodes(change)}`;
        const head = isRegular ? `installed ring ${this.ring(ringId)}` : `transitional to ${this.ring(ringId)}`;
        return `${head} members ${this.nodes(members)}${tail}`;
      }
      case 'deliver':
        return this.#delivery(effect);
      case 'synchronised':
        return `${effect.isDone ? 'synchronised' : 'synchronises'} ring ${this.ring(effect.ringId)}`;
      case 'cpg-deliver': {
        const { group, from, ringId, seq, message } = effect;
        const place = `${this.ring(ringId)} seq ${seq}`;
        return `delivers ${place} group ${group} from ${this.#process(from)} ${messageText(message)}`;
      }
      case 'cpg-confchg': {
        const parts = [`group ${effect.group} members ${this.#processes(effect.members)}`];
        for (const [word, list] of [['left', effect.left] as const, ['joined', effect.joined] as const])
          for (const { reason, ...process } of list) parts.push(`${word} ${this.#process(process)} (${reason})`);
        return parts.join(' ');
      }
      case 'cpg-refused':
        return `refuses a request of ${effect.pid}: ${effect.why}`;
      case 'persist-ring-id':
        return `writes ring sequence number ${effect.seq}`;
      default:
        return null;
    }
  }

  /** A datagram that left a node, as `1 > 2 orf_token ring 1/8 token_seq 4 …`. */
  datagram(from: string, to: string, bytes: Uint8Array): string {
    const decoded = decodeTotem(bytes, 0, bytes.length, this.#dialect);
    const what = decoded.ok ? this.#message(decoded.value.message, bytes, decoded.value.end) : 'not a message';
    return `${from} > ${to} ${what}`;
  }

  #delivery({ ringId, seq, from, packet }: Extract<ProgramEffect, { readonly kind: 'deliver' }>): string {
    return `delivers ${this.ring(ringId)} seq ${seq} from ${this.node(from)} ${messageText(packet)}`;
  }

  #process({ nodeid, pid }: { readonly nodeid: number; readonly pid: number }): string {
    return `${this.node(nodeid)}.${pid}`;
  }

  #processes(list: readonly { readonly nodeid: number; readonly pid: number }[]): string {
    return list.length === 0 ? 'none' : list.map((process) => this.#process(process)).join(' ');
  }

  #note(note: EngineNote): string {
    switch (note.kind) {
      case 'state': {
        const { state, gatherFrom, ringId } = note;
        if (state === 'gather') return `gather (${causeText(gatherFrom)})`;
        return `${state} ring ${this.ring(ringId)}`;
      }
      case 'timer':
        return `timer ${note.timer}`;
      case 'discarded':
        return `discards ${note.what}: ${note.why}`;
      case 'refused':
        return `refuses a packet of ${note.packetLength} octets`;
      case 'token-warning':
        return `has had no token for ${note.sinceMs} ms`;
      case 'retransmit-list':
        return `retransmit list ${listText(note.seqs)}`;
      case 'failed-to-receive':
        return 'failed to receive';
      case 'pause-detected':
        return `stood still for ${note.forMs} ms`;
    }
  }

  #message(message: TotemMessage, bytes: Uint8Array, end: number): string {
    switch (message.type) {
      case 'orf_token': {
        const { ringId, tokenSeq, seq, aru, aruAddr, fcc, backlog, retransFlg, rtrList } = message;
        const rest = [
          aruAddr === 0 ? '' : ` aru_addr ${this.node(aruAddr)}`,
          fcc === 0 ? '' : ` fcc ${fcc}`,
          backlog === 0 ? '' : ` backlog ${backlog}`,
          retransFlg === 0 ? '' : ' retrans_flg 1',
          rtrList.length === 0 ? '' : ` rtr ${listText(rtrList.map((item) => item.seq))}`,
        ].join('');
        return `orf_token ring ${this.ring(ringId)} token_seq ${tokenSeq} seq ${seq} aru ${aru | 0}${rest}`;
      }
      case 'mcast': {
        const inner = message.header.encapsulated === 1 ? ' encapsulated' : '';
        const from = this.node(message.systemFrom.nodeid);
        const place = `ring ${this.ring(message.ringId)} seq ${message.seq}`;
        return `mcast ${place} from ${from}${inner} ${bytes.length - end} octets`;
      }
      case 'memb_join': {
        const leave = message.header.nodeid === 0 ? ' leave' : '';
        const lists = `proc ${this.nodes(message.procList)} failed ${this.nodes(message.failedList)}`;
        return `memb_join${leave} ${lists} ring_seq ${message.ringSeq}`;
      }
      case 'memb_commit_token': {
        const { ringId, addr, membIndex, tokenSeq } = message;
        const ring = `ring ${this.ring(ringId)} members ${this.nodes(addr)}`;
        return `memb_commit_token ${ring} memb_index ${membIndex} token_seq ${tokenSeq}`;
      }
      default:
        return `${message.type} ring ${this.ring(message.ringId)}`;
    }
  }
}

export function causeText(code: number | null): string {
  return GATHER_CAUSES[code ?? -1] ?? `cause ${code}`;
}

function listText(seqs: readonly number[]): string {
  const more = seqs.length > LISTED ? ` and ${seqs.length - LISTED} more` : '';
  return `${seqs.slice(0, LISTED).join(' ')}${more}`;
}

/** A message's text where it is short and plain, else its size and how it begins. */
function messageText(bytes: Uint8Array): string {
  const text = asciiText(bytes.subarray(0, TEXT_SHOWN)).replace(/ \.+$/, '');
  if (bytes.length <= TEXT_SHOWN && !/\\x|"/.test(text) && !bytes.includes(0)) return `"${text}"`;
  return text.startsWith('node ') ? `"${text}" (${bytes.length} octets)` : `(${bytes.length} octets)`;
}
