// The store of the mini cluster on a real disk: a raw image imported with two copies on three nodes beside cp, which
// writes the same octets twice without fsync, in turns; collie with the start of its process; objects that move when a
// node joins.
import { spawnSync } from 'node:child_process';
import { randomFillSync } from 'node:crypto';
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLab, type OpenLab } from '../../main/node/lab/open-lab.ts';
import { median, type Figure } from './figures.ts';

const MIB = 1 << 20;
const IMAGE_MIB = 1024;
const OBJECT_MIB = 4;
const MOVED_OBJECTS = 100;
/**
 * How often the import and cp are measured: a machine has warm memory for either at one time, cold at another. A
 * virtual machine whose host takes unused memory back has cold memory for whichever comes second.
 */
const ROUNDS = 4;
const STARTS = 31;
const PORT = 28_505;
const LOOK_MS = 5;
const WAIT_MS_MAX = 60_000;

const root = process.env['TOTEM_LAB_ROOT'] ?? join(import.meta.dirname, '..', '..');
const sleep = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

/** Certificates that Node reads at each start: tens of milliseconds that nothing measured here needs. */
const ENVIRONMENT = { ...process.env, NODE_EXTRA_CA_CERTS: undefined };

function timed(command: string, args: readonly string[]): number {
  const start = performance.now();
  const { status, stderr } = spawnSync(command, args, { encoding: 'utf8', env: ENVIRONMENT });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}: ${stderr}`);
  return performance.now() - start;
}

/** A file without zeros and without two equal objects. */
function writeImage(path: string, mebibytes: number): void {
  const octets = randomFillSync(Buffer.alloc(OBJECT_MIB * MIB));
  const file = openSync(path, 'w');
  for (let at = 0; at < mebibytes; at += OBJECT_MIB) {
    octets.writeUInt32LE(at + 1, 0);
    writeSync(file, octets);
  }
  closeSync(file);
}

async function openCluster(directory: string, nodes: number): Promise<OpenLab> {
  const opened = await openLab(
    { nodes, dialect: 'corosync-1', transport: 'udp', token: null, directory, port: PORT, behaviour: 'sound' },
    {
      program: { node: process.execPath, script: join(root, 'out', 'helpers', 'lab-node.mjs') },
      capture: null,
      onEvent: () => undefined,
    },
  );
  if (!opened.ok) throw new Error(opened.problem);
  await said(opened.value, `wait sheep ${nodes}`);
  await said(opened.value, '1> collie cluster format -c 2');
  return opened.value;
}

async function said(lab: OpenLab, line: string): Promise<void> {
  const { code, err } = await lab.run(line);
  if (code !== 0) throw new Error(`${line}: ${err}`);
}

function importing(image: string, name: string): number {
  const cli = join(root, 'bin', 'totemlab.mjs');
  return timed(process.execPath, [cli, 'image', 'import', image, name, '-a', '127.168.1.111']);
}

interface Round {
  /** Milliseconds each. */
  readonly cp: number;
  readonly imported: number;
}

/**
 * Gives back what files take, and leaves them there: ext4 looks at each that was removed within the last minutes when
 * it makes one, which is much for an import of hundreds and nothing for cp.
 */
function emptyFiles(path: string): void {
  if (statSync(path).isFile()) truncateSync(path);
  else for (const name of readdirSync(path)) emptyFiles(join(path, name));
}

/**
 * Both on the same disk in the same state, each of them the first in every other round. Nothing of the first is removed
 * before the second, which would get its memory.
 */
async function importRound(folder: string, image: string, number: number): Promise<Round> {
  const directory = join(folder, `import-${number}`);
  const copies = [1, 2].map((copy) => `${image}-${number}-${copy}`);
  const took = { cp: 0, imported: 0 };
  const copy = (): void => {
    timed('sync', []);
    took.cp = copies.reduce((sum, path) => sum + timed('cp', [image, path]), 0);
  };
  const lab = await openCluster(directory, 3);
  try {
    if (number % 2 === 0) copy();
    timed('sync', []);
    took.imported = importing(image, 'image');
    if (number % 2 === 1) copy();
    return took;
  } finally {
    await lab.end('kill');
    for (const path of [...copies, directory]) emptyFiles(path);
  }
}

async function importFigures(folder: string): Promise<readonly Figure[]> {
  const image = join(folder, 'image');
  writeImage(image, IMAGE_MIB);
  const rounds: Round[] = [];
  for (let number = 0; number < ROUNDS; number++) rounds.push(await importRound(folder, image, number));
  const cp = rounds.reduce((sum, round) => sum + round.cp, 0);
  const imported = rounds.reduce((sum, round) => sum + round.imported, 0);
  const rate = (ms: number): number => (ROUNDS * IMAGE_MIB * 1000) / ms;
  const unit = 'MiB/s of image';
  return [
    { what: '  beside it: cp of the same octets twice, no fsync', value: rate(cp), unit },
    { what: 'import of 1 GiB, 2 copies on 3 nodes', value: rate(imported), unit },
    { what: `import against cp, ${ROUNDS} times in turns`, value: cp / imported, unit: 'times as fast', atLeast: 0.4 },
  ];
}

async function startFigures(folder: string): Promise<readonly Figure[]> {
  const lab = await openCluster(join(folder, 'starts'), 3);
  try {
    const bin = join(root, 'bin', 'collie.cjs');
    const list = ['node', 'list', '-a', '127.168.1.111'];
    const starts: number[] = [];
    const bare: number[] = [];
    for (let i = 0; i < STARTS; i++) {
      starts.push(timed(process.execPath, [bin, ...list]));
      bare.push(timed(process.execPath, ['-e', '0']));
    }
    return [
      { what: '  beside it: node that does nothing', value: median(bare), unit: 'ms' },
      { what: 'collie node list, with the start of its process', value: median(starts), unit: 'ms', atMost: 100 },
    ];
  } finally {
    await lab.end('kill');
  }
}

/** Copies in an epoch's folders of all nodes: one is there once its file bears its name. */
function copiesHeld(directory: string, nodes: number, epoch: number): number {
  let held = 0;
  for (let number = 1; number <= nodes; number++) {
    const objects = join(directory, `n${number}`, 'store', 'obj', epoch.toString(16).padStart(8, '0'));
    if (!existsSync(objects)) continue;
    held += readdirSync(objects).filter((name) => /^[0-9a-f]{16}$/.test(name)).length;
  }
  return held;
}

/**
 * Two nodes hold all objects twice; a third joins. From the file of the epoch that it makes to the last copy in that
 * epoch's folders, as the disks have it: nodes at work answer late, and none recovers before they begin, too.
 */
async function joinFigure(folder: string): Promise<Figure> {
  const image = join(folder, 'image');
  writeImage(image, MOVED_OBJECTS * OBJECT_MIB);
  const directory = join(folder, 'join');
  const lab = await openCluster(directory, 2);
  try {
    importing(image, 'image');
    const copies = copiesHeld(directory, 2, 1);
    if (copies < 2 * MOVED_OBJECTS) throw new Error(`${copies} copies before the join`);
    lab.cluster.add();
    const limit = performance.now() + WAIT_MS_MAX;
    while (copiesHeld(directory, 3, 2) < copies) {
      if (performance.now() > limit) throw new Error('the store did not find itself again');
      await sleep(LOOK_MS);
    }
    const took = Date.now() - statSync(join(directory, 'n1', 'store', 'epoch', '00000002')).mtimeMs;
    return { what: 'redistribution of 100 objects after a join', value: took / 1000, unit: 's', atMost: 3 };
  } finally {
    await lab.end('kill');
  }
}

export async function storeFigures(): Promise<readonly Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'totem-lab-bench-'));
  try {
    return [...(await importFigures(folder)), ...(await startFigures(folder)), await joinFigure(folder)];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
