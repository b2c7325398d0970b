// Sheep that are broken on purpose: one policy of the sound ones is that of 0.3.0, or one step is left out. As with the
// engine of Totem the replaced text must stand in its file exactly once.

export interface SheepMutant {
  readonly name: string;
  /** From protocol/sheep/engine. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
  /** Seed to begin with, where the first ones do not need what is broken. */
  readonly from?: number;
}

const policy = (name: string, sound: string, other: string, from = 1): SheepMutant => ({
  name: `${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}-${other}`,
  file: 'policy.ts',
  find: `  ${name}: '${sound}',`,
  replace: `  ${name}: '${other}',`,
  from,
});

export const SHEEP_MUTANTS: readonly SheepMutant[] = [
  policy('mayGoOn', 'quorum-of-epoch', 'reachable-majority-of-three', 2),
  policy('recoverySource', 'newest-held', 'epoch-before', 3),
  policy('earlierEpochs', 'fetched', 'rewritten', 5),
  policy('aheadJoiner', 'all-adopt', 'master-exits', 5),
  {
    name: 'the-oldest-copy-is-taken',
    file: 'recovery/newest.ts',
    find: 'version > known.version',
    replace: 'version < known.version',
    from: 2,
  },
];
