// The two behaviours: `faithful` is sheepdog 0.3.0 as it was, `sound` the design that its authors described, without
// the faults. Every difference between them is one value here, with what it means; nothing else asks which behaviour it
// is. Sources: specs/sheepdog.md, by section.

export type Behaviour = 'faithful' | 'sound';

export interface Policy {
  // Membership.

  /** When others begin to wait for a joining sheep: once CPG names it, for ever (3.9 A), or once it asks. */
  readonly joinStarts: 'at-confchg' | 'at-request';
  /**
   * What the master does about a member of the CPG group that never asks to join (3.9 A): nothing, or asks it to. Two
   * that each began alone, their rings not having met, are both masters and both silent: they wait for ever, or begin
   * again as one.
   */
  readonly silentMembers: 'awaited' | 'prompted';
  /** What a sheep of the group says that is no member, operations and answers to joins: obeyed (3.5), or ignored. */
  readonly strangers: 'obeyed' | 'ignored';
  /** A cluster operation that cannot reach a node is waited for (3.5, 3.9 G), or put back behind what waits. */
  readonly stuckOperation: 'waited-for' | 'put-back';
  /** Several that leave at once make an epoch each (3.7), or one. */
  readonly leavesTogether: 'an-epoch-each' | 'one-epoch';
  /** Who may go on without those that left: whoever reaches most of the rest (3.7), or a quorum of the epoch before. */
  readonly mayGoOn: 'reachable-majority-of-three' | 'quorum-of-epoch';
  /** The last member's leave writes an empty epoch (3.9 C), or none. */
  readonly emptyEpoch: 'written' | 'never';
  /** A joiner whose epochs lag behind or differ is sent away and exits (3.6), or takes ours. */
  readonly differingJoiner: 'exits' | 'adopts';
  /** A joiner that is ahead of a waiting master makes it exit (3.6, 3.9 E), or everybody takes the joiner's epoch. */
  readonly aheadJoiner: 'master-exits' | 'all-adopt';
  /** Copies known to a master that took over from one that exited: none (3.9 E), or those of its config. */
  readonly copiesAfterHandOver: 'none' | 'configured';
  /** What must match for a waiting cluster to run: how many nodes are back (3.6), or which. */
  readonly backAgain: 'counted' | 'compared';
  /** A joiner writes the epoch before its own anew, with its own time (3.6), or fetches the epochs it lacks. */
  readonly earlierEpochs: 'rewritten' | 'fetched';
  /** The flags that a joiner keeps: those of its own blank config (3.6), or the cluster's. */
  readonly joinerFlags: 'own' | 'cluster';
  /** I/O goes on with a new epoch at once, or when all of its members have it on disk. */
  readonly newEpoch: 'at-once' | 'when-committed';
  /** A membership event waits for all I/O that is under way (3.5), or I/O is repeated in the new epoch. */
  readonly ioBeforeEvent: 'drained' | 'repeated';
  /** SIGTERM is a crash (3.7), or a leave that is announced. */
  readonly stop: 'dies' | 'announces';
  /** A sheep whose clock jumped by more than PAUSE_MAX goes on, or serves nothing before it knows its place again. */
  readonly afterPause: 'goes-on' | 'asks-first';

  // Requests.

  /** Too few zones for the copies: nothing but a label (0), or writing operations are refused. */
  readonly halt: 'label' | 'refuses-writes';
  /** Operations of a client that is gone: carried out later (3.9 A), or dropped. */
  readonly deadClients: 'served' | 'dropped';
  /** Who sends a write to the copies: the sheep that was asked, or the first copy's, so that all have one order. */
  readonly coordinator: 'gateway' | 'first-copy';
  /** Where a gateway without a copy reads: the first copy only (5.4), or the next where that fails. */
  readonly reads: 'first-copy' | 'any-copy';
  /** A read without WEAK_CONSISTENCY rewrites the object on all copies (5.4), or reads: they are equal already. */
  readonly strongRead: 'rewrites' | 'reads';
  /** Names of images are compared over the stored length only (1.4), or wholly. */
  readonly names: 'prefix' | 'whole';
  /** Which sheep delete an object: those with a copy, or all, since any may have one of an earlier epoch. */
  readonly removal: 'from-copies' | 'from-all';

  // The disk.

  /** A local I/O error makes the sheep leave (3.7), or is answered to the client. */
  readonly ioError: 'leaves' | 'answers';
  /** A full disk is an I/O error (7), or "no space". */
  readonly fullDisk: 'io-error' | 'no-space';
  /** A new object is written under its name, or under another and renamed when it is whole. */
  readonly creation: 'in-place' | 'renamed';
  /** Which writes into objects go through the journal: inodes only (4.1), or all. */
  readonly journal: 'inodes' | 'all';
  /** The journal is read at start but never applied (4.1), or applied. */
  readonly journalReplay: 'discarded' | 'applied';
  /** Epoch files are written over, longer tails stay (3.2), or replaced as a whole. */
  readonly epochFiles: 'written-over' | 'replaced';

  // Recovery.

  /** From whom an object is taken: the copies of the epoch before (3.8), or whoever has the newest. */
  readonly recoverySource: 'epoch-before' | 'newest-held';
  /** Octets taken of an attribute object: 65,536 (3.8), or all of it. */
  readonly attributeOctets: 65_536 | 66_320;
  /** `collie cluster recover` writes an epoch only (3.7), or recovers objects too. */
  readonly manualRecovery: 'epoch-only' | 'objects-too';
  /** Stepping back over an empty epoch is a division by zero (3.8), or goes on. */
  readonly emptyEpochInRecovery: 'crashes' | 'goes-on';
}

const FAITHFUL: Policy = {
  joinStarts: 'at-confchg',
  silentMembers: 'awaited',
  strangers: 'obeyed',
  stuckOperation: 'waited-for',
  leavesTogether: 'an-epoch-each',
  mayGoOn: 'reachable-majority-of-three',
  emptyEpoch: 'written',
  differingJoiner: 'exits',
  aheadJoiner: 'master-exits',
  copiesAfterHandOver: 'none',
  backAgain: 'counted',
  earlierEpochs: 'rewritten',
  joinerFlags: 'own',
  newEpoch: 'at-once',
  ioBeforeEvent: 'drained',
  stop: 'dies',
  afterPause: 'goes-on',
  halt: 'label',
  deadClients: 'served',
  coordinator: 'gateway',
  reads: 'first-copy',
  strongRead: 'rewrites',
  names: 'prefix',
  removal: 'from-copies',
  ioError: 'leaves',
  fullDisk: 'io-error',
  creation: 'in-place',
  journal: 'inodes',
  journalReplay: 'discarded',
  epochFiles: 'written-over',
  recoverySource: 'epoch-before',
  attributeOctets: 65_536,
  manualRecovery: 'epoch-only',
  emptyEpochInRecovery: 'crashes',
};

const SOUND: Policy = {
  joinStarts: 'at-request',
  silentMembers: 'prompted',
  strangers: 'ignored',
  stuckOperation: 'put-back',
  leavesTogether: 'one-epoch',
  mayGoOn: 'quorum-of-epoch',
  emptyEpoch: 'never',
  differingJoiner: 'adopts',
  aheadJoiner: 'all-adopt',
  copiesAfterHandOver: 'configured',
  backAgain: 'compared',
  earlierEpochs: 'fetched',
  joinerFlags: 'cluster',
  newEpoch: 'when-committed',
  ioBeforeEvent: 'repeated',
  stop: 'announces',
  afterPause: 'asks-first',
  halt: 'refuses-writes',
  deadClients: 'dropped',
  coordinator: 'first-copy',
  reads: 'any-copy',
  strongRead: 'reads',
  names: 'whole',
  removal: 'from-all',
  ioError: 'answers',
  fullDisk: 'no-space',
  creation: 'renamed',
  journal: 'all',
  journalReplay: 'applied',
  epochFiles: 'replaced',
  recoverySource: 'newest-held',
  attributeOctets: 66_320,
  manualRecovery: 'objects-too',
  emptyEpochInRecovery: 'goes-on',
};

export const POLICIES: { readonly [B in Behaviour]: Policy } = { faithful: FAITHFUL, sound: SOUND };
