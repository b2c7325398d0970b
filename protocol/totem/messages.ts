// The six Totem messages and the redundant-ring test of Corosync 1, 2 and 3, declared once per generation, in the
// order of their fields in totemsrp.c. Declarations only: recognise.ts finds them, decode.ts reads them.
import { array, count, fixed, i32, struct, u16, u32, u64, u8, type Layout } from '../wire/layout.ts';
import { MembRingId12, MembRingId3, SrpAddr1, SrpAddr2, SrpAddr3 } from './identity.ts';

/** Corosync's own bound on the retransmission list of a token. */
export const RETRANSMIT_ENTRIES_MAX = 30;
/** PROCESSOR_COUNT_MAX of Corosync. */
export const PROCESSOR_COUNT_MAX = 384;

/** Message names by their number on the wire; 6 and 7 are the redundant-ring tests of Corosync 1 and 2. */
export const MESSAGE_TYPES = [
  'orf_token',
  'mcast',
  'memb_merge_detect',
  'memb_join',
  'memb_commit_token',
  'token_hold_cancel',
] as const;
export type MessageType = (typeof MESSAGE_TYPES)[number];

const typeText = (type: number): string => `${type} (${MESSAGE_TYPES[type] ?? (type <= 7 ? 'ring test' : 'unknown')})`;
const encapsulatedText = (value: number): string =>
  `${value}${['', ' (encapsulated: an old-ring message being recovered)', ' (not encapsulated)'][value] ?? ''}`;

/** Message header of Corosync 1 and 2, 8 octets. */
export const MessageHeader12 = struct('totem_message_header', {
  type: u8('message type', typeText),
  encapsulated: u8('mcast: 1 carries an old-ring mcast, 2 does not; else 0', encapsulatedText),
  endianDetector: u16('0xff22 in the byte order of the sender', (v) => `0x${v.toString(16)}`),
  nodeid: u32('node that sent or forwarded this copy; 0 in a LEAVE'),
});

/** Message header of Corosync 3, 13 octets. */
export const MessageHeader3 = struct('totem_message_header', {
  magic: u16('0xc070 in the byte order of the sender', (v) => `0x${v.toString(16)}`),
  version: u8('3'),
  type: u8('message type', typeText),
  encapsulated: u8('mcast: 1 carries an old-ring mcast, 2 does not; else 0', encapsulatedText),
  nodeid: u32('node that sent or forwarded this copy; 0 in a LEAVE'),
  targetNodeid: u32('knet: destination of a unicast, 0 for a multicast; udp and udpu: uninitialised memory'),
});

/** Ring test of a redundant ring, Corosync 1 and 2, 12 octets (types 6 ring-test-active and 7 ring-test-activate). */
export const RingTest = struct('ring_test', {
  type: u8('6 ring test, 7 ring activate'),
  encapsulated: u8('0'),
  endianDetector: u16('0xff22 in the byte order of the sender'),
  ringNumber: i32('which of the redundant rings is tested'),
  nodeidActivator: u32('node that tests'),
});

type AnyLayout = Layout<unknown, number>;

type LayoutValue<L> = L extends Layout<infer T> ? T : never;

function tokenOf<const H extends AnyLayout, const R extends AnyLayout>(header: H, ringId: R) {
  const RtrItem = struct('rtr_item', { ringId, seq: u32('sequence number asked for') });
  return struct('orf_token', {
    header,
    seq: u32('highest sequence number broadcast on the ring'),
    tokenSeq: u32('counts token passes: tells a redundant copy from a new token'),
    aru: u32('all received up to, on every member; 4294967295 on the first token of a ring'),
    aruAddr: u32('member that lowered aru, 0 for none'),
    ringId,
    backlog: u32('messages waiting on all members, last rotation'),
    fcc: u32('messages broadcast in the last rotation (flow control count)'),
    retransFlg: i32('recovery: some member still has old messages to send'),
    rtrListEntries: count('i32', 'rtrList', RETRANSMIT_ENTRIES_MAX, 'number of retransmission requests'),
    rtrList: array(fixed(RtrItem), 'rtrListEntries', 'retransmission requests'),
  });
}

function commitTokenOf<const H extends AnyLayout, const S extends AnyLayout, const R extends AnyLayout>(
  header: H,
  srpAddr: S,
  ringId: R,
) {
  const MemberEntry = struct('memb_commit_token_memb_entry', {
    ringId,
    aru: u32('what this member had received of its old ring'),
    highDelivered: u32('what it had delivered of it'),
    receivedFlg: u32('1 if it misses nothing of its old ring'),
  });
  return struct('memb_commit_token', {
    header,
    tokenSeq: u32('counts the hops of this commit token'),
    ringId,
    retransFlg: u32('not used'),
    membIndex: i32('entries filled so far: the first rotation fills them'),
    addrEntries: count('i32', 'addr', PROCESSOR_COUNT_MAX, 'members of the ring that is being formed'),
    addr: array(srpAddr as Layout<LayoutValue<S>, number>, 'addrEntries', 'members in ring order'),
    membList: array(fixed(MemberEntry), 'addrEntries', 'what each member brings from its old ring'),
  });
}

/** The messages of one generation, built from its header, its node identity and its ring id. */
function messagesOf<const H extends AnyLayout, const S extends AnyLayout, const R extends AnyLayout>(
  header: H,
  srpAddr: S,
  ringId: R,
) {
  return {
    OrfToken: tokenOf(header, ringId),
    Mcast: struct('mcast', {
      header,
      systemFrom: srpAddr,
      seq: u32('sequence number of this message on the ring'),
      thisSeqno: i32('counts the messages this process ever sent, on all rings'),
      ringId,
      nodeId: u32('never set by Corosync: 0, or left-over memory in 1.x'),
      guarantee: i32('0 agreed, 1 safe; carried, not used'),
    }),
    MembMergeDetect: struct('memb_merge_detect', { header, systemFrom: srpAddr, ringId }),
    MembJoin: struct('memb_join', {
      header,
      systemFrom: srpAddr,
      procListEntries: count('u32', 'procList', PROCESSOR_COUNT_MAX, 'nodes in proc_list'),
      failedListEntries: count('u32', 'failedList', PROCESSOR_COUNT_MAX, 'nodes in failed_list'),
      ringSeq: u64('sequence number of the current ring of the sender'),
      procList: array(
        srpAddr as Layout<LayoutValue<S>, number>,
        'procListEntries',
        'nodes that the sender wants in the ring',
      ),
      failedList: array(
        srpAddr as Layout<LayoutValue<S>, number>,
        'failedListEntries',
        'nodes that the sender gave up',
      ),
    }),
    MembCommitToken: commitTokenOf(header, srpAddr, ringId),
    TokenHoldCancel: struct('token_hold_cancel', { header, ringId }),
  } as const;
}

export const CorosyncOneMessages = messagesOf(MessageHeader12, SrpAddr1, MembRingId12);
export const CorosyncTwoMessages = messagesOf(MessageHeader12, SrpAddr2, MembRingId12);
export const CorosyncThreeMessages = messagesOf(MessageHeader3, SrpAddr3, MembRingId3);
