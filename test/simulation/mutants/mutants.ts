// Engines that are broken on purpose, each by one replacement in the source: does a checker notice? The replaced
// text must stand in the file exactly once, so that a mutant cannot silently become the sound engine.

export interface Mutant {
  readonly name: string;
  /** From protocol/totem. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
  /** Which law notices it, as a failure names it. */
  readonly caughtBy: RegExp;
  /** Seed to begin with, where the first ones do not need what is broken. */
  readonly from?: number;
}

const GATHER = 'engine/membership/gather.ts';
const COMMIT = 'engine/membership/commit.ts';
const EVENTS = 'engine/membership/events.ts';
const RECOVERY = 'engine/membership/recovery.ts';
const OPERATIONAL = 'engine/membership/operational.ts';
const TOKEN = 'engine/ordering/token.ts';
const DELIVERY = 'engine/ordering/delivery.ts';

const PERSIST = "  emit(m, { kind: 'persist-ring-id', seq: s.myRingId.seq });";
const SPEAK = ["  noteState(m, 'commit', null);", '  forwardCommitToken(m, token.octets, token.membIndex + 1);'].join(
  '\n',
);
const DELIVER = '    if (!item.isEncapsulated) deliver(m, item, s.myRingId);';
const REPEAT = '    multicast(m, item.octets);';

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'consensus-is-not-reset',
    file: GATHER,
    find: "  resetConsensus(m);\n  s.memberState = 'gather';",
    replace: "  s.consensus.add(m.self.key);\n  s.memberState = 'gather';",
    caughtBy: /consensus/,
  },
  {
    name: 'ring-is-installed-before-recovery',
    file: RECOVERY,
    find: '  if (s.myRotationCounter !== 2) return;',
    replace: '  if (s.myRotationCounter > 2) return;',
    caughtBy: /./,
    from: 30,
  },
  {
    name: 'stale-token-is-not-dropped',
    file: TOKEN,
    find: '  if (seqLte(u32At(token, at.tokenSeq), s.myTokenSeq)) {',
    replace: '  if (u32At(token, at.tokenSeq) === -1) {',
    caughtBy: /token/,
  },
  {
    name: 'aru-is-never-lowered',
    file: TOKEN,
    find: '    v.aru = s.myAru;',
    replace: '    if (seqLt(v.aru, s.myAru)) v.aru = s.myAru;',
    caughtBy: /token/,
  },
  {
    name: 'ring-id-is-not-written',
    file: COMMIT,
    find: "  emit(m, { kind: 'persist-ring-id', seq: s.myRingId.seq });",
    replace: '  void emit;',
    caughtBy: /ring ids/,
  },
  {
    name: 'ring-id-is-written-after-it-was-spoken',
    file: COMMIT,
    find: `${PERSIST}\n${SPEAK}`,
    replace: `${SPEAK}\n${PERSIST}`,
    caughtBy: /ring ids/,
  },
  {
    name: 'messages-are-let-go-once-delivered',
    file: DELIVERY,
    find: '  if (seqLt(s.myHighDelivered, upTo)) upTo = s.myHighDelivered;',
    replace: '  upTo = s.myHighDelivered;',
    caughtBy: /./,
    from: 25,
  },
  {
    name: 'commit-token-for-other-nodes-is-taken',
    file: EVENTS,
    find: '  if (!isWanted || !isSorted(token.members) || ring.repKey !== token.members[0]?.key)',
    replace: '  if (isWanted === null || !isSorted(token.members) || ring.repKey !== token.members[0]?.key)',
    caughtBy: /consensus/,
    from: 55,
  },
  {
    name: 'messages-are-delivered-twice',
    file: DELIVERY,
    find: DELIVER,
    replace: `${DELIVER}\n${DELIVER.replace('(!', '(seq % 7 === 0 && !')}`,
    caughtBy: /agreed order|group order/,
  },
  {
    name: 'old-ring-is-saved-at-each-commit',
    file: COMMIT,
    find: '  if (s.oldRingStateSaved) return;\n',
    replace: '',
    caughtBy: /./,
    from: 100,
  },
  {
    name: 'ring-seq-of-others-is-forgotten',
    file: EVENTS,
    find: '  if (s.tokenRingIdSeq < ringSeq) s.tokenRingIdSeq = ringSeq;',
    replace: '',
    caughtBy: /./,
  },
  {
    name: 'requests-are-not-answered',
    file: 'engine/ordering/requests.ts',
    find: '    const item = again < allowed && seq >= 0 ? itemAt(queue, seq) : null;',
    replace: '    const item = again < allowed && seq === -2 ? itemAt(queue, seq) : null;',
    caughtBy: /./,
  },
  {
    name: 'safe-is-delivered-as-agreed',
    file: DELIVERY,
    find: '    if (item === null || (item.isSafe && !seqLte(seq, s.mySafeSeq))) return;',
    replace: '    if (item === null) return;',
    caughtBy: /safe delivery/,
  },
  {
    name: 'transitional-members-come-from-any-ring',
    file: RECOVERY,
    find: '    return entry !== undefined && isFromMyOldRing(m, entry) && isOneOf(member.key, s.myMembList);',
    replace: '    return entry !== undefined && isOneOf(member.key, s.myMembList);',
    caughtBy: /./,
  },
  {
    name: 'nothing-is-recovered',
    file: RECOVERY,
    find: '  if (mine.every(({ receivedFlg }) => receivedFlg === 1)) return;',
    replace: '  if (mine.every(({ receivedFlg }) => receivedFlg <= 1)) return;',
    caughtBy: /virtual synchrony|agreed order|group order/,
    from: 60,
  },
  {
    name: 'messages-behind-a-gap-are-delivered-whoever-sent-them',
    file: OPERATIONAL,
    find: '    else if (!item.isEncapsulated && (!isBehindGap || isOneOf(item.fromKey, s.myDeliverMembList)))',
    replace: '    else if (!item.isEncapsulated && (!isBehindGap || item.fromKey !== 0))',
    caughtBy: /agreed order/,
    from: 155,
  },
  {
    name: 'others-than-the-representative-hold-the-token',
    file: TOKEN,
    find: '  if (s.isRepresentative && s.myTokenHeld) {',
    replace: '  if (s.myTokenHeld) {',
    caughtBy: /./,
  },
  {
    name: 'flow-control-is-off',
    file: TOKEN,
    find: '  const allowed = allowance(m, v.fcc, backlogBefore);',
    replace: '  const allowed = allowance(m, v.fcc, backlogBefore) + 40;',
    caughtBy: /token/,
  },
  {
    name: 'numbers-do-not-roll-over',
    file: 'seqno.ts',
    find: '  if (a > ADJUST_ABOVE || b > ADJUST_ABOVE) return (a - ADJUST_BY) >>> 0 < (b - ADJUST_BY) >>> 0;\n',
    replace: '',
    caughtBy: /./,
  },
  {
    name: 'failed-list-is-kept-for-ever',
    file: OPERATIONAL,
    find: '  s.myFailedList.clear();\n',
    replace: '',
    caughtBy: /./,
  },
  {
    name: 'retransmission-bears-the-name-of-who-repeats-it',
    file: 'engine/ordering/requests.ts',
    find: REPEAT,
    replace: [
      '    const named = item.octets.slice();',
      '    putU32(named, m.dialect.wire.at.nodeid, m.self.ref.nodeid);',
      '    multicast(m, named);',
    ].join('\n'),
    caughtBy: /agreed order/,
    from: 25,
  },
];
