// The lab prompt's lines that the forms of the traffic panel stand for, and what is wrong with what was typed. Pure.

export interface Load {
  readonly size: string;
  readonly rate: string;
  readonly seconds: string;
}

/** Limits of the prompt. */
const LIMITS: Readonly<Record<keyof Load, readonly [min: number, max: number]>> = {
  size: [1, 1 << 20],
  rate: [0, 1_000_000],
  seconds: [1, 3600],
};

/** A sentence on the first value that the prompt would refuse; null where it takes all. */
export function loadProblem(load: Load): string | null {
  for (const key of ['size', 'rate', 'seconds'] as const) {
    const [min, max] = LIMITS[key];
    const value = Number(load[key]);
    if (load[key].trim() === '' || !Number.isSafeInteger(value) || value < min || value > max)
      return `${key} is a whole number from ${min} to ${max}`;
  }
  return null;
}

export const loadLine = (node: number, { size, rate, seconds }: Load): string =>
  `traffic ${node} size=${size} rate=${rate} seconds=${seconds}`;

export interface ObjectWork {
  readonly copies: string;
  readonly name: string;
  /** As collie takes it: 64M, 1G. */
  readonly size: string;
}

/** A sentence on what collie would refuse; null where it takes all. */
export function workProblem({ copies, name, size }: ObjectWork): string | null {
  if (!/^[1-8]$/.test(copies)) return 'copies are 1 to 8';
  if (!/^[\w.-]{1,255}$/.test(name)) return 'the name of an image has letters, digits, dots and dashes';
  return /^\d+[KMGT]?$/.test(size) ? null : 'a size is a number with K, M, G or T';
}

export interface ObjectDeed {
  readonly verb: string;
  readonly line: string;
  readonly doc: string;
}

/** Object I/O from a node, in the order in which it makes sense. */
export function objectDeeds(node: number, { copies, name, size }: ObjectWork): readonly ObjectDeed[] {
  const shell = (words: string): string => `n${node}> collie ${words}`;
  return [
    {
      verb: 'Format the cluster',
      line: shell(`cluster format -c ${copies}`),
      doc: 'everything in the store is gone; epoch 1 begins',
    },
    { verb: 'Create the image', line: shell(`vdi create ${name} ${size}`), doc: 'writes its inode alone' },
    {
      verb: 'Write all its blocks',
      line: shell(`vdi create ${name} ${size} -P`),
      doc: 'creates it and writes each block of 4 MiB, on as many nodes as there are copies',
    },
    { verb: 'Read the image', line: shell(`vdi read ${name} > /dev/null`), doc: 'reads each block through this node' },
    { verb: 'Delete the image', line: shell(`vdi delete ${name}`), doc: 'removes its blocks from the nodes’ disks' },
  ];
}
