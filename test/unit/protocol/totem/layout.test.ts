// The sizes and offsets of Totem's structures, from specs of the wire (packed C structs). Not the reading of values.
import { describe, expect, it } from 'vitest';
import {
  MembRingId12,
  MembRingId3,
  SrpAddr1,
  SrpAddr2,
  SrpAddr3,
  TotemIpAddress,
} from '../../../../protocol/totem/identity.ts';
import { COROSYNC_1, COROSYNC_2, COROSYNC_3, type Dialect } from '../../../../protocol/totem/dialect.ts';
import { MessageHeader12, MessageHeader3, RingTest } from '../../../../protocol/totem/messages.ts';

const sizesOf = (dialect: Dialect): Record<string, number> => {
  const { OrfToken, Mcast, MembMergeDetect, MembJoin, MembCommitToken, TokenHoldCancel } = dialect.messages;
  return {
    orf_token: OrfToken.fixedSize,
    mcast: Mcast.fixedSize,
    memb_merge_detect: MembMergeDetect.fixedSize,
    memb_join: MembJoin.fixedSize,
    memb_commit_token: MembCommitToken.fixedSize,
    token_hold_cancel: TokenHoldCancel.fixedSize,
    rtr_item: dialect.at.rtrItem.size,
    ring_id: dialect.ringIdSize,
    srp_addr: dialect.srpAddrSize,
  };
};

describe('sizes of the packed structures', () => {
  it('of Corosync 1', () => {
    expect(sizesOf(COROSYNC_1)).toEqual({
      orf_token: 70,
      mcast: 98,
      memb_merge_detect: 82,
      memb_join: 68,
      memb_commit_token: 54,
      token_hold_cancel: 38,
      rtr_item: 34,
      ring_id: 30,
      srp_addr: 44,
    });
  });

  it('of Corosync 2, whose srp_addr is one octet longer', () => {
    expect(sizesOf(COROSYNC_2)).toEqual({
      ...sizesOf(COROSYNC_1),
      mcast: 99,
      memb_merge_detect: 83,
      memb_join: 69,
      srp_addr: 45,
    });
  });

  it('of Corosync 3', () => {
    expect(sizesOf(COROSYNC_3)).toEqual({
      orf_token: 57,
      mcast: 45,
      memb_merge_detect: 29,
      memb_join: 33,
      memb_commit_token: 41,
      token_hold_cancel: 25,
      rtr_item: 16,
      ring_id: 12,
      srp_addr: 4,
    });
  });

  it('of the parts', () => {
    const parts = [
      MessageHeader12,
      MessageHeader3,
      RingTest,
      TotemIpAddress,
      SrpAddr1,
      SrpAddr2,
      SrpAddr3,
      MembRingId12,
      MembRingId3,
    ];
    expect(parts.map(({ size }) => size)).toEqual([8, 13, 12, 22, 44, 45, 4, 30, 12]);
  });
});

describe('offsets of the tables in specs of the wire', () => {
  it('put the fields of a Corosync 3 token where totemsrp.c has them', () => {
    expect(COROSYNC_3.at.token).toMatchObject({
      seq: 13,
      tokenSeq: 17,
      aru: 21,
      aruAddr: 25,
      ringId: 29,
      backlog: 41,
      fcc: 45,
      retransFlg: 49,
      rtrListEntries: 53,
    });
  });
  it('put the fields of a Corosync 1 token where totemsrp.c has them', () => {
    expect(COROSYNC_1.at.token).toMatchObject({
      seq: 8,
      tokenSeq: 12,
      aru: 16,
      aruAddr: 20,
      ringId: 24,
      backlog: 54,
      fcc: 58,
      retransFlg: 62,
      rtrListEntries: 66,
    });
  });
  it('put the ring id of an mcast behind its sequence numbers', () => {
    expect([COROSYNC_1, COROSYNC_2, COROSYNC_3].map((d) => d.at.mcast.ringId)).toEqual([60, 61, 25]);
  });
});
