// Sheep that are broken on purpose, each as somebody who writes such a store could have broken it: one policy of the
// sound ones is that of 0.3.0, or one step is left out or wrong. As with the engine of Totem the replaced text must
// stand in its file exactly once.

export interface SheepMutant {
  readonly name: string;
  /** From protocol/sheep/engine. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

const policy = (name: string, sound: string, other: string): SheepMutant => ({
  name: `${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}-${other}`,
  file: 'policy.ts',
  find: `  ${name}: '${sound}',`,
  replace: `  ${name}: '${other}',`,
});

const mutant = (name: string, file: string, find: string, replace: string): SheepMutant => ({
  name,
  file,
  find,
  replace,
});

const POLICIES: readonly SheepMutant[] = [
  policy('silentMembers', 'prompted', 'awaited'),
  policy('strangers', 'ignored', 'obeyed'),
  policy('stuckOperation', 'put-back', 'waited-for'),
  policy('mayGoOn', 'quorum-of-epoch', 'reachable-majority-of-three'),
  policy('emptyEpoch', 'never', 'written'),
  policy('differingJoiner', 'adopts', 'exits'),
  policy('aheadJoiner', 'all-adopt', 'master-exits'),
  policy('backAgain', 'compared', 'counted'),
  policy('earlierEpochs', 'fetched', 'rewritten'),
  policy('newEpoch', 'when-committed', 'at-once'),
  policy('ioBeforeEvent', 'repeated', 'drained'),
  policy('afterPause', 'asks-first', 'goes-on'),
  policy('coordinator', 'first-copy', 'gateway'),
  policy('reads', 'any-copy', 'first-copy'),
  policy('creation', 'renamed', 'in-place'),
  policy('journal', 'all', 'inodes'),
  policy('journalReplay', 'applied', 'discarded'),
  policy('epochFiles', 'replaced', 'written-over'),
  policy('recoverySource', 'newest-held', 'epoch-before'),
  policy('joinStarts', 'at-request', 'at-confchg'),
];

const WRITES: readonly SheepMutant[] = [
  mutant(
    'a-copy-is-acknowledged-before-the-file',
    'serve.ts',
    '  const done = refused === Res.SUCCESS ? yield* ownCopy({ request, epoch, conn }) : answer(refused);',
    `  if (refused === Res.SUCCESS && isWriting(request) && conn !== null) {
    yield* act((sheep) => sheep.spawn(serve, { conn: null, header, parts }));
    return answer(Res.SUCCESS);
  }
  const done = refused === Res.SUCCESS ? yield* ownCopy({ request, epoch, conn }) : answer(refused);`,
  ),
  mutant(
    'the-first-acknowledges-before-the-copies',
    'serve.ts',
    'function* servePassedOn({ header, parts }: Request): Script<Answer> {',
    `function* servePassedOn({ conn, header, parts }: Request): Script<Answer> {
  if (conn !== null) {
    yield* act((sheep) => sheep.spawn(serve, { conn: null, header, parts }));
    return answer(Res.SUCCESS);
  }`,
  ),
  mutant(
    'the-last-copy-is-not-waited-for',
    'io/writing.ts',
    'const done = yield* toAll(request, epoch, left);',
    'const done = yield* toAll(request, epoch, left.slice(0, Math.max(1, left.length - 1)));',
  ),
  mutant(
    'one-copy-is-enough',
    'io/writing.ts',
    '    if (failed.length === 0) {',
    '    if (failed.length === 0 || all.length > 0) {',
  ),
  mutant(
    'a-failed-copy-counts-as-written',
    'io/writing.ts',
    'result: reply?.header.result ?? Res.NETWORK_ERROR, journal: 0 };',
    'result: reply?.header.result ?? Res.SUCCESS, journal: 0 };',
  ),
  mutant(
    'memory-is-given-back-before-the-answer',
    'net/server.ts',
    "    say(sheep, 'queue_request(213)', opText(message.header.opcode));\n",
    "    sheep.emit({ kind: 'octets-done', parts: message.parts });\n",
  ),
  mutant(
    'memory-is-given-back-before-the-last-attempt',
    'io/gateway.ts',
    '    if (!isOld) yield* sleep(RETRY_MICROS);\n',
    `    if (!isOld) yield* sleep(RETRY_MICROS);
    yield* act((sheep) => sheep.emit({ kind: 'octets-done', parts: request.parts }));\n`,
  ),
  mutant('writes-have-no-order', 'io/writing.ts', '  yield* takeOrder(oid);\n', ''),
  mutant('files-are-not-locked', 'io/copy.ts', '  yield* takeFile(request.oid);\n', ''),
  mutant(
    'nothing-is-in-the-journal',
    'store/objects.ts',
    'const journal = isJournaled ? yield* enterJournal(write, write.parts) : 0;',
    'const journal = isJournaled ? yield* enterJournal(write, []) : 0;',
  ),
  mutant('the-journal-stays-after-the-write', 'store/objects.ts', '    yield* settleJournal(journal, write);\n', ''),
  mutant(
    'the-journal-is-applied-at-every-start',
    'boot.ts',
    "    yield* disk({ op: 'write', path, offset: JOURNAL_DONE_AT, parts: [journalDone(whole)], isDurable: true });\n",
    '',
  ),
  mutant(
    'the-journal-raises-no-doubt',
    'boot.ts',
    '    io.doubts.set(object.oid, Math.max(object.epoch, io.doubts.get(object.oid) ?? 0));\n',
    '',
  ),
  mutant(
    'copy-on-write-forgets-what-is-behind',
    'io/copy.ts',
    ', ...sliceParts(old.parts, end, DATA_OBJECT_OCTETS)]',
    ', new Uint8Array(Math.max(0, DATA_OBJECT_OCTETS - end))]',
  ),
  mutant(
    'copy-on-write-does-not-copy',
    'io/copy.ts',
    'const whole = isCopied ? yield* withOldOctets(request) : request;',
    'const whole = isCopied && false ? yield* withOldOctets(request) : request;',
  ),
];

const EPOCHS: readonly SheepMutant[] = [
  mutant(
    'copies-do-not-compare-epochs',
    'io/copy.ts',
    'return ahead < 0 ? Res.OLD_NODE_VER : Res.NEW_NODE_VER;',
    'return Res.SUCCESS;',
  ),
  mutant(
    'older-epochs-are-good-enough',
    'io/copy.ts',
    '  if (ahead === 0) return Res.SUCCESS;',
    '  if (ahead <= 0) return Res.SUCCESS;',
  ),
  mutant(
    'the-epoch-is-not-compared-again',
    'io/copy.ts',
    '!isRecovery ? Res.EIO : checkEpoch(sheep, epoch),',
    '!isRecovery ? Res.EIO : Res.SUCCESS,',
  ),
  mutant(
    'writes-under-way-are-not-waited-for',
    'cluster/epoch.ts',
    '  if (isRepeated) yield* until(({ state }) => state.io.writing === 0);\n',
    '',
  ),
  mutant(
    'two-halves-go-on',
    'cluster/quorum.ts',
    '2 * count > epoch.length) return true',
    '2 * count >= epoch.length) return true',
  ),
  mutant('who-is-cut-off-serves', 'io/gate.ts', '  if (cluster.isSuspended) return Res.HALT;\n', ''),
  mutant(
    'an-epoch-is-kept-though-one-of-it-lacks-it',
    'cluster/waiting.ts',
    'return claims.some(\n    (claim) =>\n      !isBlank(claim) &&',
    'return claims.some(\n    (claim) =>\n      false &&',
  ),
  mutant(
    'what-a-waiting-cluster-would-go-on-from-is-committed',
    'cluster/joined.ts',
    '  if (isServing(response)) cluster.committed = ',
    '  cluster.committed = ',
  ),
  mutant(
    'the-oldest-epoch-is-gone-on-from',
    'cluster/waiting.ts',
    'const newest = Math.max(0, ...known.map(({ epoch }) => epoch));',
    'const newest = known.length === 0 ? 0 : Math.min(...known.map(({ epoch }) => epoch));',
  ),
  mutant(
    'half-of-an-epoch-is-enough',
    'cluster/waiting.ts',
    'return isAllHere || (isKnownCommitted && isQuorum(candidate.entries, here));',
    'return isAllHere || isQuorum(candidate.entries, here);',
  ),
  mutant(
    'the-first-who-is-back-begins-alone',
    'cluster/waiting.ts',
    'return isAllHere || (isKnownCommitted && isQuorum(candidate.entries, here));',
    'return true;',
  ),
  mutant(
    'who-comes-back-keeps-its-epochs',
    'cluster/joined.ts',
    '  if (isFetching) yield* agreeOnLogs(head.epoch);\n',
    '',
  ),
  mutant(
    'the-last-to-join-is-the-master',
    'driver/driver.ts',
    'return sheep.state.driver.members.find((member) =>',
    'return sheep.state.driver.members.toReversed().find((member) =>',
  ),
  mutant('a-lost-quorum-stays-lost', 'cluster/joined.ts', '    if (isStarting) cluster.isSuspended = false;\n', ''),
];

const RECOVERY: readonly SheepMutant[] = [
  mutant(
    'who-joins-again-tells-what-it-had',
    'recovery/listing.ts',
    '  const isThere = driver.hasJoined && !isUndecided(sheep);',
    '  const isThere = driver !== null;',
  ),
  mutant('the-oldest-copy-is-taken', 'recovery/newest.ts', 'version > known.version', 'version < known.version'),
  mutant(
    'the-first-copy-found-is-taken',
    'recovery/newest.ts',
    '      if (known === undefined || version > known.version)',
    '      if (known === undefined)',
  ),
  mutant(
    'copies-that-are-away-are-not-thought-of',
    'recovery/newest.ts',
    'if (ring !== null && !holdersOf(ring, oid, cluster.copies).some(isHere)) return true;',
    'if (ring === null && isHere === null) return true;',
  ),
  mutant(
    'who-does-not-answer-has-nothing',
    'recovery/newest.ts',
    '      yield* sleep(RETRY_MICROS);\n',
    '      return { node, held: [] };\n',
  ),
  mutant(
    'a-copy-that-failed-counts-as-recovered',
    'recovery/newest.ts',
    '  yield* giveFile(oid);\n  return isDone;',
    '  yield* giveFile(oid);\n  return true;',
  ),
  mutant(
    'doubted-copies-stay-as-they-are',
    'recovery/newest.ts',
    '  const sources = isDoubted\n',
    '  const sources = isDoubted && !isHere\n',
  ),
  mutant(
    'doubts-are-not-told',
    'recovery/listing.ts',
    'isDoubted: doubts.get(oid) === version }',
    'isDoubted: doubts.size < 0 }',
  ),
  mutant(
    'writes-of-the-first-raise-no-doubt',
    'cluster/epoch.ts',
    '  for (const oid of io.orders.keys()) io.doubts.set(oid, cluster.epoch);\n',
    '',
  ),
  mutant(
    'writes-of-copies-raise-no-doubt',
    'cluster/epoch.ts',
    '  for (const { oid, epoch } of io.lastWrites.values()) if (epoch === cluster.epoch) io.doubts.set(oid, epoch);\n',
    '',
  ),
  mutant(
    'torn-files-count-as-copies',
    'recovery/listing.ts',
    'files.filter(isWhole)',
    'files.filter(({ name }) => oidOfName(name) !== null)',
  ),
  mutant(
    'an-object-being-copied-is-served',
    'recovery/wanted.ts',
    'return !recovery.items.has(oid) && !recovery.current.has(oid);',
    'return !recovery.items.has(oid);',
  ),
  mutant(
    'objects-are-served-before-they-are-listed',
    'recovery/wanted.ts',
    "if (recovery.phase === 'listing') return false;",
    "if (recovery.phase === 'listing') return true;",
  ),
  mutant(
    'a-copy-is-read-before-it-is-recovered',
    'io/copy.ts',
    'isRecovered(sheep, request.oid) || checkEpoch(sheep, epoch) !== Res.SUCCESS',
    'isRecovered(sheep, request.oid) || true',
  ),
  mutant(
    'recovered-objects-are-written-in-place',
    'store/objects.ts',
    '  const unfinished = unfinishedPath(at.epoch, at.oid);',
    '  const unfinished = null;',
  ),
];

const IMAGES: readonly SheepMutant[] = [
  mutant(
    'new-images-are-not-noted',
    'cluster/operations.ts',
    '    takeVdi(sheep.state.store.bitmap, vdi & 0xff_ffff);\n',
    '',
  ),
  mutant(
    'a-deletion-is-not-written',
    'vdi/deletion.ts',
    'const written = yield* writeHead(vdi, { ...head, name: new Uint8Array(NAME_OCTETS) });',
    'const written = yield* writeHead(vdi, { ...head });',
  ),
];

/** A seed of the swarm that notices a mutant; those that are not here the first few do not notice. */
export const NOTICED_AT: ReadonlyMap<string, number> = new Map([
  ['a-copy-is-read-before-it-is-recovered', 1],
  ['a-deletion-is-not-written', 6],
  ['ahead-joiner-master-exits', 8],
  ['an-object-being-copied-is-served', 1],
  ['coordinator-gateway', 1],
  ['copy-on-write-does-not-copy', 4],
  ['copy-on-write-forgets-what-is-behind', 4],
  ['differing-joiner-exits', 8],
  ['earlier-epochs-rewritten', 2],
  ['join-starts-at-confchg', 1],
  ['journal-inodes', 20],
  ['may-go-on-reachable-majority-of-three', 5],
  ['memory-is-given-back-before-the-answer', 1],
  ['memory-is-given-back-before-the-last-attempt', 1],
  ['new-epoch-at-once', 1],
  ['objects-are-served-before-they-are-listed', 6],
  ['recovery-source-epoch-before', 2],
  ['the-first-acknowledges-before-the-copies', 1],
  ['the-first-copy-found-is-taken', 3],
  ['the-first-who-is-back-begins-alone', 14],
  ['the-journal-stays-after-the-write', 2],
  ['the-last-copy-is-not-waited-for', 1],
  ['the-last-to-join-is-the-master', 7],
  ['the-oldest-copy-is-taken', 1],
  ['two-halves-go-on', 44],
  ['who-does-not-answer-has-nothing', 11],
  ['who-joins-again-tells-what-it-had', 293],
  ['writes-have-no-order', 2],
]);

export const SHEEP_MUTANTS: readonly SheepMutant[] = [...POLICIES, ...WRITES, ...EPOCHS, ...RECOVERY, ...IMAGES];
