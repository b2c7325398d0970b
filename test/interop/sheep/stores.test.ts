// Stores of the mini cluster on disk: real processes that are killed and come back, disks that fill up. What the report
// did in 2012 is report.test.ts. Needs Linux, no right.
import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { epochOf, hashOf, imageOf, LabFolder } from '../../support/lab/lab-script.ts';
import { takeSheepPort } from '../../support/sheep-port.ts';

const why = process.platform === 'linux' ? null : 'the mini cluster needs the loopback addresses of Linux';
const OCTETS = 24 << 20;
let folder: LabFolder;
let giveBack: () => Promise<void> = () => Promise.resolve();

beforeAll(async () => {
  if (why === null) giveBack = await takeSheepPort();
});
afterAll(() => giveBack());

beforeEach(() => {
  folder = new LabFolder();
  writeFileSync(folder.file('image.bin'), imageOf(OCTETS));
});
afterEach(() => folder.remove());

describe.skipIf(why !== null)(why ?? 'sheepdog on the mini cluster', () => {
  it('comes back from its stores on disk after every process was killed', () => {
    const read = folder.file('read.bin');
    folder.run(
      [
        'wait ring 3',
        'wait sheep 3',
        '1> collie cluster format -c 2',
        '1> collie vdi create VM1 64M',
        `1> collie vdi write VM1 0 ${OCTETS} < ${folder.file('image.bin')}`,
        'fault kill 1',
        'fault kill 2',
        'fault kill 3',
      ],
      '--nodes',
      '3',
    );
    const answers = folder.run(
      ['wait ring 3', 'wait sheep 3', `3> collie vdi read VM1 0 ${OCTETS} > ${read}`],
      '--nodes',
      '3',
    );

    expect(answers.filter(({ code }) => code !== 0)).toEqual([]);
    expect(folder.hashOf('read.bin')).toBe(hashOf(imageOf(OCTETS)));
  });

  it('says that a disk is full, and goes on when it has room again', () => {
    const answers = folder.run(
      [
        'wait ring 3',
        'wait sheep 3',
        '1> collie cluster format -c 3',
        '1> collie vdi create VM1 64M',
        'fault disk 2 full',
        `1> collie vdi write VM1 0 ${OCTETS} < ${folder.file('image.bin')}`,
        'fault disk 2 ok',
        `1> collie vdi write VM1 0 ${OCTETS} < ${folder.file('image.bin')}`,
      ],
      '--nodes',
      '3',
    );

    const writes = answers.filter(({ line }) => line.includes('vdi write'));
    expect(writes.map(({ code }) => code === 0)).toEqual([false, true]);
    expect(writes[0]?.err).not.toBe('');
  });

  it('two disks fill up in faithful sheep (3.9 C): an empty epoch, and nobody is active', () => {
    const write = `collie vdi write VM1 0 ${OCTETS} < ${folder.file('image.bin')}`;
    const answers = folder.run(
      [
        'wait ring 2',
        'wait sheep 2',
        '1> collie cluster format -c 2',
        '1> collie vdi create VM1 64M',
        'fault disk 1 full',
        'fault disk 2 full',
        `1> ${write}`,
        'wait 2',
        'wait quiet',
        `2> ${write}`,
        'wait 2',
        'wait quiet',
        '1> collie node list',
        '2> collie node list',
        '1> collie cluster info -r',
      ],
      '--nodes',
      '2',
      '--behaviour',
      'faithful',
    );

    const [one, two, info] = answers.slice(-3);
    for (const answer of [one, two]) expect(answer?.err).toBe('There are no active sheep daemons\n');
    expect(info?.out.trim().split('\n').slice(1).map(epochOf)).toEqual([
      '3',
      expect.stringMatching(/^2 \.11[12]$/),
      '1 .111 .112',
    ]);
    for (const node of ['n1', 'n2'])
      expect(readFileSync(folder.file(`nodes/${node}/store/epoch/00000003`))).toHaveLength(8);
  });
});
