// A decoded Totem message as the plain object of `totemlab decode`: Corosync's field names, nested as on the wire.
import type { TotemMessage } from '../../protocol/totem/decode.ts';
import { ringIdText, type NodeRef, type RingRef } from '../../protocol/totem/identity.ts';

export type Json = string | number | boolean | null | readonly Json[] | { readonly [field: string]: Json };
export type JsonObject = { readonly [field: string]: Json };

const node = ({ nodeid, ip }: NodeRef): JsonObject => ({ nodeid, ip });
const ring = (ringId: RingRef): string => ringIdText(ringId);

function headerRecord({ header }: TotemMessage): JsonObject {
  const { nodeid, targetNodeid, encapsulated, littleEndian } = header;
  const target: JsonObject = targetNodeid === null ? {} : { target_nodeid: targetNodeid };
  return { nodeid, ...target, encapsulated, little_endian: littleEndian };
}

/** The `totem` and `inner` objects of cli.md. */
export function totemRecord(message: TotemMessage): JsonObject {
  const header = headerRecord(message);
  switch (message.type) {
    case 'orf_token': {
      const { seq, tokenSeq, aru, aruAddr, ringId, backlog, fcc, retransFlg, rtrList } = message;
      const requests = rtrList.map((item) => ({ ring_id: ring(item.ringId), seq: item.seq }));
      return {
        header,
        seq,
        token_seq: tokenSeq,
        aru,
        aru_addr: aruAddr,
        ring_id: ring(ringId),
        backlog,
        fcc,
        retrans_flg: retransFlg,
        rtr_list: requests,
      };
    }
    case 'mcast': {
      const { systemFrom, seq, thisSeqno, ringId, nodeId, guarantee } = message;
      return {
        header,
        system_from: node(systemFrom),
        seq,
        this_seqno: thisSeqno,
        ring_id: ring(ringId),
        node_id: nodeId,
        guarantee,
      };
    }
    case 'memb_merge_detect':
      return { header, system_from: node(message.systemFrom), ring_id: ring(message.ringId) };
    case 'memb_join': {
      const { systemFrom, procList, failedList, ringSeq } = message;
      const lists = { proc_list: procList.map(node), failed_list: failedList.map(node) };
      return { header, system_from: node(systemFrom), ...lists, ring_seq: String(ringSeq) };
    }
    case 'memb_commit_token': {
      const { tokenSeq, ringId, retransFlg, membIndex, addr, membList } = message;
      const entries = membList.map((entry) => ({
        ring_id: ring(entry.ringId),
        aru: entry.aru,
        high_delivered: entry.highDelivered,
        received_flg: entry.receivedFlg,
      }));
      return {
        header,
        token_seq: tokenSeq,
        ring_id: ring(ringId),
        retrans_flg: retransFlg,
        memb_index: membIndex,
        addr: addr.map(node),
        memb_list: entries,
      };
    }
    case 'token_hold_cancel':
      return { header, ring_id: ring(message.ringId) };
  }
}
