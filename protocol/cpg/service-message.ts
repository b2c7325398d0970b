// Says what one message delivered by totempg is: its group, service and function, whose it is, and where the octets of
// the application lie. Does not join pieces (totempg/assembler.ts) and does not read the application's octets.
import { viewOf } from '../base/bytes.ts';
import type { DialectId } from '../totem/dialect.ts';
import type { Piece } from '../totempg/packet.ts';
import { walkFields, type FieldSpan, type LayoutProblem } from '../wire/layout.ts';
import { contentOf, type ServiceContent } from './content.ts';
import { GroupHeader, readGroups, walkGroupNames, type GroupProblem } from './group.ts';
import { messageNameOf, RequestHeader1, RequestHeader2, SERVICE_MESSAGES } from './messages.ts';
import { walkService } from './service-codec.ts';
import {
  SERVICES_GROUP,
  serviceFunctionOf,
  type FunctionName,
  type ServiceFunction,
  type ServiceName,
} from './services.ts';

export type ServiceProblem =
  | GroupProblem
  /** The header says another size than the octets that follow the group header. */
  | { readonly kind: 'size-mismatch'; readonly at: number; readonly declared: number; readonly have: number };

/** A process of a group: who speaks, joins or leaves. */
export interface CpgProcess {
  readonly group: string;
  readonly nodeid: number;
  readonly pid: number;
}

/** Offsets count from the start of the message given. */
export interface ServiceMessage {
  /** The first group named; null where the group header cannot be read. */
  readonly group: string | null;
  readonly service: ServiceName | number | null;
  readonly function: FunctionName | number | null;
  /** All that follows the group header. */
  readonly body: Piece;
  /** The application's octets of a CPG mcast or a part of one, else the body: what a length and a hash are told of. */
  readonly application: Piece;
  /** The process behind a CPG mcast, procjoin or procleave. */
  readonly cpg: CpgProcess | null;
  /** What the message says, for the described ones. */
  readonly content: ServiceContent | null;
  readonly problem: ServiceProblem | null;
}

interface Header {
  readonly what: ServiceFunction;
  readonly size: number;
  readonly sizeAt: number;
}

const NOTHING: ServiceFunction = { service: null, function: null };

/** The request header that every message of Corosync's groups starts with; null where there is no such header. */
function headerOf(
  view: DataView,
  at: number,
  littleEndian: boolean,
  generation: DialectId,
  group: string,
): Header | null {
  const layout = generation === 'corosync-1' ? RequestHeader1 : RequestHeader2;
  if (at + layout.fixedSize > view.byteLength) return null;
  const what = serviceFunctionOf(generation, group, view.getInt32(at + layout.at.id, littleEndian));
  const size = view.getInt32(at + layout.at.size, littleEndian);
  return what.service === null ? null : { what, size, sizeAt: at + layout.at.size };
}

function processOf(content: ServiceContent | null, sender: number): CpgProcess | null {
  if (content === null) return null;
  switch (content.kind) {
    case 'mcast':
    case 'partial_mcast':
      return { group: content.group, nodeid: content.nodeid, pid: content.pid };
    case 'procjoin':
    case 'procleave':
      return { group: content.group, nodeid: sender, pid: content.pid };
    default:
      return null;
  }
}

function undecoded(group: string | null, body: Piece, problem: ServiceProblem | null): ServiceMessage {
  return { group, ...NOTHING, body, application: body, cpg: null, content: null, problem };
}

/**
 * Reads one whole message as totempg delivers it. `sender` is the node that multicast it, which a procjoin does not
 * repeat. Never throws on any bytes; what cannot be told is null and `problem` says why (specs/totem.md 5.2 to 5.6).
 */
export function readServiceMessage(
  bytes: Uint8Array,
  littleEndian: boolean,
  generation: DialectId,
  sender: number,
): ServiceMessage {
  const view = viewOf(bytes);
  const groups = readGroups(view, 0, bytes.length, littleEndian);
  if (!groups.ok) return undecoded(null, { at: 0, length: bytes.length }, groups.problem);
  const { end: bodyAt, names } = groups.value;
  const group = names[0] ?? null;
  const body: Piece = { at: bodyAt, length: bytes.length - bodyAt };
  const header = headerOf(view, bodyAt, littleEndian, generation, group ?? '');
  if (group === null || header === null) {
    const isTruncated = serviceFunctionOf(generation, group ?? '', 0).service !== null;
    const need = RequestHeader2.fixedSize;
    return undecoded(
      group,
      body,
      isTruncated ? { kind: 'truncated', field: 'header', at: bodyAt, need, have: body.length } : null,
    );
  }
  const { what, size, sizeAt } = header;
  const read = contentOf(generation, messageNameOf(what), view, bodyAt, littleEndian);
  const mismatch: ServiceProblem | null =
    size === body.length ? null : { kind: 'size-mismatch', at: sizeAt, declared: size, have: body.length };
  return {
    group,
    ...what,
    body,
    application: read.application ?? body,
    cpg: processOf(read.content, sender),
    content: read.content,
    problem: read.problem ?? mismatch,
  };
}

export interface MessageWalk {
  /** Every octet of the message lies in one of them, unless there is a problem. Offsets count from its start. */
  readonly spans: readonly FieldSpan[];
  readonly problem: GroupProblem | LayoutProblem | null;
}

/** The fields of one message, for the detail tree and the hex view. Never throws on any bytes. */
export function walkServiceMessage(bytes: Uint8Array, littleEndian: boolean, generation: DialectId): MessageWalk {
  const view = viewOf(bytes);
  const head = walkFields(GroupHeader, view, 0, bytes.length, littleEndian);
  const groups = readGroups(view, 0, bytes.length, littleEndian);
  if (!groups.ok) return { spans: head.spans, problem: groups.problem };
  const spans = [...head.spans, ...walkGroupNames(groups.value)];
  const header = headerOf(view, groups.value.end, littleEndian, generation, groups.value.names[0] ?? '');
  const name = header === null ? 'OTHER' : messageNameOf(header.what);
  if (header === null && groups.value.names[0] !== SERVICES_GROUP) {
    const length = bytes.length - groups.value.end;
    const body = {
      path: 'body',
      offset: groups.value.end,
      length,
      text: `${length} octets`,
      ctype: `u8[${length}]`,
      doc: 'a group that Corosync does not use',
    };
    return { spans: length === 0 ? spans : [...spans, body], problem: null };
  }
  const walked = walkService(SERVICE_MESSAGES[generation][name], view, groups.value.end, bytes.length, littleEndian);
  return { spans: [...spans, ...walked.spans], problem: walked.problem };
}

/** One sentence for a person. */
export function explainServiceProblem(problem: ServiceProblem): string {
  switch (problem.kind) {
    case 'truncated':
      return `${problem.field} of the message needs ${problem.need} octets, ${problem.have} are left`;
    case 'bad-count':
      return `${problem.field} says ${problem.count}, more than the ${problem.max} possible`;
    case 'no-groups':
      return 'the message names no group';
    case 'size-mismatch':
      return `the service header says ${problem.declared} octets, the message has ${problem.have}`;
  }
}
