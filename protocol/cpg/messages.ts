// The service messages that Corosync's nodes send each other inside totempg, declared once per generation: CPG, the
// synchronisation of services, votequorum, cmap. Declarations only: service-message.ts finds and reads them.
import { asciiText } from '../base/bytes.ts';
import type { DialectId } from '../totem/dialect.ts';
import { MembRingId12, MembRingId3 } from '../totem/identity.ts';
import { bytes, fixed, i32, struct, u16, u32, u64, u8, type Cursor, type Infer, type Layout } from '../wire/layout.ts';
import type { FunctionName, ServiceFunction } from './services.ts';

/** Nodes that a DOWNLIST has room for: PROCESSOR_COUNT_MAX of Corosync. */
export const DOWNLIST_NODES_MAX = 384;
/** Services that a SERVICE_BUILD has room for. */
export const SYNC_SERVICES_MAX = 128;

const unused = (octets: number) => bytes(octets, 'not used; may be left-over memory');
const idText = (id: number): string => `${id} (service ${id >>> 16}, function ${id & 0xffff})`;
const ID = i32('service << 16 | function; in the sync groups the function', idText);
const SIZE = i32('octets of the whole service message');
const text = (octets: Uint8Array): string => asciiText(octets);

/** Request header of Corosync 1: size first. 16 octets, four of every eight used (specs/totem.md 5.3). */
export const RequestHeader1 = struct('mar_req_header', {
  size: SIZE,
  sizeUnused: unused(4),
  id: ID,
  idUnused: unused(4),
});
/** Request header of Corosync 2 and 3: id first. */
export const RequestHeader2 = struct('qb_ipc_request_header', {
  id: ID,
  idUnused: unused(4),
  size: SIZE,
  sizeUnused: unused(4),
});
const ERROR = { error: i32('0'), errorUnused: unused(4) };
/** The header of an answer, 24 octets, which a JOINLIST has. */
const ResponseHeader1 = struct('mar_res_header', { ...RequestHeader1.fields, ...ERROR });
const ResponseHeader2 = struct('qb_ipc_response_header', { ...RequestHeader2.fields, ...ERROR });

/** mar_cpg_name_t, 136 octets. Compared by length and octets. */
export const CpgName = struct('mar_cpg_name_t', {
  length: u32('octets of the name'),
  lengthUnused: unused(4),
  value: bytes(128, 'the name; stale memory after its length', text),
});
export type CpgName = Infer<typeof CpgName>;

/** The text of a name field, never longer than the field. */
export function cpgNameText(name: CpgName): string {
  return asciiText(name.value.subarray(0, Math.min(name.length, name.value.length)));
}

const MessageSource = struct('mar_message_source_t', {
  nodeid: u32('node of the sending process'),
  nodeidUnused: unused(4),
  conn: u64('a pointer of the sender, meaningless to others'),
});

const REASONS: { readonly [reason: number]: string } = {
  1: 'join',
  2: 'leave',
  3: 'node down',
  4: 'node up',
  5: 'process died',
};
const reasonText = (reason: number): string => `${reason} (${REASONS[reason] ?? 'unknown'})`;
const PARTS: { readonly [type: number]: string } = { 1: 'first', 2: 'continued', 3: 'last' };

/** One process on a JOINLIST, 144 octets. */
const JoinlistEntry = struct('join_list_entry', { pid: u32('process'), pidUnused: unused(4), groupName: CpgName });

const CmapItemHead = struct('req_exec_cmap_mcast_item', {
  keyLength: u16('octets of the key name'),
  keyUnused: unused(6),
  keyName: bytes(256, 'key', text),
  valueType: u8('type of the value'),
  typeUnused: unused(7),
  valueLen: u64('octets of the value; 0 for a key that is not set'),
});
type CmapItemHead = Infer<typeof CmapItemHead>;
/** With the octets that align it. */
interface CmapItem extends CmapItemHead {
  readonly value: Uint8Array;
}

/** The octets of a value, aligned to eight; the last item may lack the padding. */
function cmapValue(head: CmapItemHead, cursor: Cursor): Layout<Uint8Array, number> {
  const length = Number(head.valueLen);
  return bytes(
    Math.max(length, Math.min(Math.ceil(length / 8) * 8, cursor.end - cursor.at)),
    'the value, padded to eight octets',
  );
}

/** A key and its value: the only element whose size a field of its own decides. */
const CmapItem: Layout<CmapItem> = {
  ctype: CmapItemHead.ctype,
  size: null,
  doc: 'a key of the configuration map',
  read(cursor, field) {
    const head = CmapItemHead.read(cursor, field);
    return { ...head, value: cmapValue(head, cursor).read(cursor, `${field}.value`) };
  },
  write(view, at, littleEndian, item) {
    const value = CmapItemHead.write(view, at, littleEndian, item);
    new Uint8Array(view.buffer, view.byteOffset + value, item.value.length).set(item.value);
    return value + item.value.length;
  },
  sizeOf: (item) => CmapItemHead.fixedSize + item.value.length,
  walk(cursor, path, visit) {
    const start = cursor.at;
    CmapItemHead.walk(cursor, path, visit);
    const head = CmapItemHead.read({ ...cursor, at: start }, path);
    cmapValue(head, cursor).walk(cursor, `${path}.value`, visit);
  },
};

/** What follows the fixed part of a message. `Head` is the value of that part. */
export type Tail<Head> =
  /** Opaque octets, the application's or not described; null: all that follow. */
  | { readonly kind: 'octets'; readonly name: string; length(head: Head): number | null }
  /** Elements, of which `used` count (null: as many as fit). `slots`: the room the message always has, or null. */
  | {
      readonly kind: 'records';
      readonly name: string;
      readonly element: Layout<unknown>;
      used(head: Head): number | null;
      readonly slots: number | null;
    }
  | { readonly kind: 'none' };

export interface ServiceLayout<Head = unknown> {
  readonly head: Layout<Head, number>;
  readonly tail: Tail<Head>;
}

function message<Head>(head: Layout<Head>, tail: Tail<Head> = { kind: 'none' }): ServiceLayout<Head> {
  return { head: fixed(head), tail };
}

const NODE = u32('node that left');
const SERVICE = i32('service');

function cpgMcastOver(header: Layout<unknown, number>) {
  return struct('req_exec_cpg_mcast', {
    header,
    groupName: CpgName,
    msglen: u32('octets of the message of the application'),
    msglenUnused: unused(4),
    pid: u32('sending process'),
    pidUnused: unused(4),
    source: MessageSource,
  });
}

/** Where the fields of a CPG mcast lie, counted from its header: the same in all generations. */
export const CPG_MCAST_AT = cpgMcastOver(RequestHeader2).at;
/** Octets before the application's in a CPG mcast. */
export const CPG_MCAST_OCTETS = cpgMcastOver(RequestHeader2).fixedSize;

/** The messages of CPG, over the request and the answer header of a generation. */
function cpgMessagesOver(header: Layout<unknown, number>, response: Layout<unknown, number>) {
  const process = { groupName: CpgName, pid: u32('process'), pidUnused: unused(4) };
  const change = { header, ...process, reason: u32('why', reasonText), reasonUnused: unused(4) };
  return {
    PROCJOIN: message(struct('req_exec_cpg_procjoin', change)),
    PROCLEAVE: message(struct('req_exec_cpg_procleave', change)),
    JOINLIST: message(struct('req_exec_cpg_joinlist', { header: response }), {
      kind: 'records',
      name: 'join_list',
      element: JoinlistEntry,
      slots: null,
      used: () => null,
    }),
    MCAST: message(cpgMcastOver(header), { kind: 'octets', name: 'message', length: (head) => head.msglen }),
    DOWNLIST_OLD: message(
      struct('req_exec_cpg_downlist_old', { header, leftNodes: u32('nodes that left'), leftUnused: unused(4) }),
      { kind: 'records', name: 'nodeids', element: NODE, slots: DOWNLIST_NODES_MAX, used: (head) => head.leftNodes },
    ),
    DOWNLIST: message(
      struct('req_exec_cpg_downlist', {
        header,
        oldMembers: u32('members of the configuration before'),
        oldUnused: unused(4),
        leftNodes: u32('nodes that left since'),
        leftUnused: unused(4),
      }),
      { kind: 'records', name: 'nodeids', element: NODE, slots: DOWNLIST_NODES_MAX, used: (head) => head.leftNodes },
    ),
    PARTIAL_MCAST: message(
      struct('req_exec_cpg_partial_mcast', {
        header,
        groupName: CpgName,
        msglen: u32('octets of the whole message of the application'),
        msglenUnused: unused(4),
        fraglen: u32('octets of this part'),
        fraglenUnused: unused(4),
        pid: u32('sending process'),
        pidUnused: unused(4),
        type: u32('which part', (type) => `${type} (${PARTS[type] ?? 'unknown'})`),
        typeUnused: unused(4),
        source: MessageSource,
      }),
      { kind: 'octets', name: 'message', length: (head) => head.fraglen },
    ),
  };
}

/** The messages of other services that are described, and the header of all that are not. */
function otherMessagesOver(header: Layout<unknown, number>) {
  return {
    NODEINFO: message(
      struct('req_exec_quorum_nodeinfo', {
        header,
        nodeid: u32('node that this is about; 0 for the quorum device'),
        votes: u32('its votes'),
        expectedVotes: u32('votes it expects in all'),
        flags: u32('1 quorate, 2 leaving, 4 wait for all, 8 first, 16 to 128 quorum device'),
      }),
    ),
    CMAP: message(
      struct('req_exec_cmap_mcast', {
        header,
        reason: u8('0 synchronisation'),
        reasonUnused: unused(7),
        items: u8('number of keys'),
        itemsUnused: unused(7),
        reserved: bytes(16, 'reserved'),
      }),
      { kind: 'records', name: 'items', element: CmapItem, slots: null, used: (head) => head.items },
    ),
    /** A message of a service or function that is not described: its header alone. */
    OTHER: message(struct('request', { header }), { kind: 'octets', name: 'body', length: () => null }),
  };
}

/** The messages of the sync groups: all name the ring that was just installed, padded to eight octets. */
function syncMessagesOver(header: Layout<unknown, number>, ringId: Layout<unknown, number>, padding: number) {
  const named = { header, ringId, ringUnused: unused(padding) };
  return {
    BARRIER: message(struct('barrier_message', named)),
    MEMB_DETERMINE: message(struct('memb_determine_message', named)),
    SERVICE_BUILD: message(
      struct('service_build_message', {
        ...named,
        serviceCount: i32('services of the sender'),
        countUnused: unused(4),
      }),
      {
        kind: 'records',
        name: 'service_list',
        element: SERVICE,
        slots: SYNC_SERVICES_MAX,
        used: (head) => head.serviceCount,
      },
    ),
  };
}

export type MessageName = FunctionName | 'CMAP' | 'OTHER';
type Messages = ReturnType<typeof cpgMessagesOver> &
  ReturnType<typeof otherMessagesOver> &
  ReturnType<typeof syncMessagesOver>;

const OVER_1 = { ...cpgMessagesOver(RequestHeader1, ResponseHeader1), ...otherMessagesOver(RequestHeader1) };
const OVER_2 = { ...cpgMessagesOver(RequestHeader2, ResponseHeader2), ...otherMessagesOver(RequestHeader2) };

/** Every described message of a generation. */
export const SERVICE_MESSAGES: { readonly [K in DialectId]: Messages } = {
  'corosync-1': { ...OVER_1, ...syncMessagesOver(RequestHeader1, MembRingId12, 2) },
  'corosync-2': { ...OVER_2, ...syncMessagesOver(RequestHeader2, MembRingId12, 2) },
  'corosync-3': { ...OVER_2, ...syncMessagesOver(RequestHeader2, MembRingId3, 4) },
};

/** The name under which a message's layout stands in SERVICE_MESSAGES. */
export function messageNameOf(what: ServiceFunction): MessageName {
  if (typeof what.function === 'string') return what.function;
  return what.service === 'CMAP' && what.function === 0 ? 'CMAP' : 'OTHER';
}
