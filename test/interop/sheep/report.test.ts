// What the student of 2012 did, section by section of the report, with real processes, and what became of it: every
// object and every image is held against its checksum before and after. Where integrity was lost (specs/sheepdog.md
// 3.9) it is lost again in faithful sheep, and not in sound ones. The same in virtual time: the scenarios report-5.*.
// Needs Linux, no right.
import { writeFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { addrOctets, nodeEntry } from '../../../protocol/sheep/node-entry.ts';
import { buildHashRing, holdersOf } from '../../../protocol/sheep/placement/hash-ring.ts';
import { epochOf, hashOf, imageOf, LabFolder, type Answer } from '../../support/lab/lab-script.ts';
import { takeSheepPort } from '../../support/sheep-port.ts';

const why = process.platform === 'linux' ? null : 'the mini cluster needs the loopback addresses of Linux';
const OCTETS = 24 << 20;
/** Six blocks and the inode. */
const OBJECTS = 7;
const BEHAVIOURS = ['faithful', 'sound'] as const;
const IMAGE = imageOf(OCTETS);
const WHOLE = hashOf(IMAGE);
const OTHER = Buffer.from(IMAGE.map((octet) => octet ^ 0xff));
let folder: LabFolder;
let giveBack: () => Promise<void> = () => Promise.resolve();

beforeAll(async () => {
  if (why === null) giveBack = await takeSheepPort();
});
afterAll(() => giveBack());
beforeEach(() => {
  folder = new LabFolder();
  writeFileSync(folder.file('image.bin'), IMAGE);
  writeFileSync(folder.file('other.bin'), OTHER);
});
afterEach(() => folder.remove());

/** So many sheep, formatted with two copies, and an image in their store. */
const stored = (sheep: number, copies = 2): readonly string[] => [
  `wait sheep ${sheep}`,
  `111> collie cluster format -c ${copies}`,
  'wait recovered',
  '111> collie vdi create VM1 64M',
  write(111, 'image.bin'),
];
const write = (at: number, file: string): string => `${at}> collie vdi write VM1 0 ${OCTETS} < ${folder.file(file)}`;
const read = (at: number, file: string): string => `${at}> collie vdi read VM1 0 ${OCTETS} > ${folder.file(file)}`;

const bad = (answers: readonly Answer[]): readonly Answer[] => answers.filter(({ code }) => code !== 0);
const to = (answers: readonly Answer[], line: string): Answer | undefined =>
  answers.findLast((answer) => answer.line === line);

/** The cluster's state and epochs as a node tells them: `running`, `2 .111 .112`, `1 .111`. */
const told = (answers: readonly Answer[], at: number): readonly string[] => {
  const [state = '', ...epochs] = (to(answers, `${at}> collie cluster info -r`)?.out ?? '').trim().split('\n');
  return [state, ...epochs.map(epochOf)];
};
const info = (...nodes: readonly number[]): readonly string[] => nodes.map((node) => `${node}> collie cluster info -r`);

describe.skipIf(why !== null)(why ?? 'the report of 2012', () => {
  it('5.1: a ring of two machines, then of three; one stops', () => {
    const members = '111> corosync-objctl | grep members';
    const answers = folder.run(
      [
        'wait ring 2',
        '111> corosync-cfgtool -s',
        '111> corosync-cfgtool -a 1879156863',
        'add',
        'wait ring 3',
        `${members} # three`,
        '114> service corosync stop',
        'wait ring 2',
        `${members} | grep status`,
        '111> tail -n 40 /var/log/cluster/corosync.log',
      ],
      '--nodes',
      '2',
      '--no-sheep',
    );

    expect(bad(answers)).toEqual([]);
    expect(to(answers, '111> corosync-cfgtool -s')?.out).toMatch(/ring 0 active with no faults/);
    expect(to(answers, '111> corosync-cfgtool -a 1879156863')?.out).toBe('127.168.1.112\n');
    expect(to(answers, `${members} # three`)?.out.match(/status=joined/g)).toHaveLength(3);
    expect(to(answers, `${members} | grep status`)?.out.match(/status=joined/g)).toHaveLength(2);
    const formed = /A processor joined or left the membership and a new membership was formed\./g;
    // Of two, or of one first; of three; of two again. Who stops cleanly is not failed.
    expect(answers.at(-1)?.out.match(formed)?.length).toBeGreaterThanOrEqual(3);
    expect(answers.at(-1)?.out).not.toMatch(/A processor failed/);
  });

  it('5.2: sheepdog on two machines, then on three', () => {
    const blank = '111> collie cluster info';
    const answers = folder.run(
      [
        'wait sheep 2',
        blank,
        '111> collie cluster format -c 2',
        'wait recovered',
        '112> collie cluster info -r',
        '111> collie node list -r',
        'add',
        'wait recovered',
        ...info(111, 114),
        '114> collie node list -r',
        '111> cat /mnt/sheepdog/data/sheep.log',
      ],
      '--nodes',
      '2',
      '--behaviour',
      'faithful',
    );

    expect(bad(answers)).toEqual([]);
    expect(to(answers, blank)?.out).toMatch(/^Cluster status: Waiting for cluster to be formatted\n/);
    expect(told(answers, 112)).toEqual(['running', '1 .111 .112']);
    for (const at of [111, 114]) expect(told(answers, at)).toEqual(['running', '2 .111 .112 .114', '1 .111 .112']);
    expect(to(answers, '114> collie node list -r')?.out).toMatch(/0 127\.168\.1\.111:7000 64.*\n.*112.*\n.*114/);
    expect(answers.at(-1)?.out).toMatch(/update epoch: 1, 2\n[^]*update epoch: 2, 3\n/);
  });

  it.each([
    ['faithful', ['running', '3 .111 .112', '2 .111', '1 .111 .112']],
    ['sound', ['running', '3 .111 .112', '2 .111', '1 .111 .112']],
  ] as const)('5.2, after a certain time: the link is down for six seconds, %s', (behaviour, end) => {
    const parted = [
      ...stored(2),
      'wait recovered',
      'fault partition 1 | 2',
      'wait 6',
      'wait ring 1',
      'wait quiet',
      write(112, 'other.bin'),
      'heal',
      'wait ring 2',
      'wait 4',
      'wait quiet',
      ...info(111, 112),
    ];
    // The student's cure, which hides the fault: one sheep is started anew.
    const cured = [
      '112> pkill -9 sheep',
      'wait 2',
      'wait quiet',
      '112> service sheepdog start',
      'wait sheep 2',
      'wait 3',
      'wait quiet',
    ];
    const answers = folder.run(
      [
        ...parted,
        ...(behaviour === 'faithful' ? cured : []),
        '111> collie cluster info -r # end',
        read(112, 'end.bin'),
      ],
      '--nodes',
      '2',
      '--behaviour',
      behaviour,
    );

    const split = [
      ['2 .111', '1 .111 .112'],
      ['2 .112', '1 .111 .112'],
    ].map((epochs) => ['IO has halted as there are too few living nodes', ...epochs]);
    expect([told(answers, 111), told(answers, 112)]).toEqual(behaviour === 'faithful' ? split : [end, end]);
    // Sound sheep refuse what they cannot keep; those of 0.3.0 take it, and it is gone without a word.
    expect(to(answers, write(112, 'other.bin'))?.code === 0).toBe(behaviour === 'faithful');
    const last = (to(answers, '111> collie cluster info -r # end')?.out ?? '').trim().split('\n');
    expect([last[0], ...last.slice(1).map(epochOf)]).toEqual(end);
    expect(folder.hashOf('end.bin')).toBe(WHOLE);
  });

  it.each([2, 3])('5.3: an image on three machines, %i copies', (copies) => {
    const answers = folder.run(
      [
        ...stored(3, copies),
        ...[111, 112, 114].map((at) => read(at, `${at}.bin`)),
        '111> collie vdi object VM1',
        '111> ls -la /mnt/sheepdog/data/obj/00000001/ | wc -l',
        ...info(111, 112, 114),
      ],
      '--nodes',
      '3',
      '--behaviour',
      'faithful',
    );

    expect(bad(answers)).toEqual([]);
    for (const at of [111, 112, 114]) {
      expect(folder.hashOf(`${at}.bin`)).toBe(WHOLE);
      // Looking at the store from any machine changes no epoch.
      expect(told(answers, at)).toEqual(['running', '1 .111 .112 .114']);
    }
    expect(folder.copyTrouble([1, 2, 3], copies)).toEqual([]);
    const entries = [111, 112, 114].map((last) => nodeEntry(addrOctets(`127.168.1.${last}`) ?? new Uint8Array(16)));
    const ring = buildHashRing(entries);
    for (const name of folder.contents([1, 2, 3]).keys()) {
      const holders = holdersOf(ring, BigInt(`0x${name}`), copies).map((holder) => entries.indexOf(holder) + 1);
      const found = [1, 2, 3].filter((node) => folder.objects(node).has(name));
      expect([name, found]).toEqual([name, holders.sort((a, b) => a - b)]);
    }
    expect(to(answers, '111> collie vdi object VM1')?.out.match(/ has the object/g)).toHaveLength(copies);
    // The objects, the total, the folder and the one above.
    const listed = Number(to(answers, '111> ls -la /mnt/sheepdog/data/obj/00000001/ | wc -l')?.out);
    expect(listed).toBe(folder.objects(1).size + 3);
  });

  it.each(BEHAVIOURS)('5.4: a third machine takes its share, %s', (behaviour) => {
    const lines = [...stored(2), read(112, 'before.bin'), 'wait recovered', 'add', 'wait recovered', ...info(111, 114)];
    const answers = folder.run([...lines, read(114, 'after.bin')], '--nodes', '2', '--behaviour', behaviour);

    expect(bad(answers)).toEqual([]);
    for (const at of [111, 114]) expect(told(answers, at)).toEqual(['running', '2 .111 .112 .114', '1 .111 .112']);
    expect([folder.hashOf('before.bin'), folder.hashOf('after.bin')]).toEqual([WHOLE, WHOLE]);
    expect(folder.copyTrouble([1, 2], 2, '00000001')).toEqual([]);
    expect(folder.copyTrouble([1, 2, 3], 2)).toEqual([]);
    expect(folder.contents([1, 2, 3])).toEqual(folder.contents([1, 2], '00000001'));
    expect(folder.contents([1, 2, 3]).size).toBe(OBJECTS);
    expect(folder.objects(3).size).toBeGreaterThan(0);
  });

  it.each(BEHAVIOURS)(
    '5.4, the virtual machine cannot be got at: sheep started in the wrong order, %s',
    (behaviour) => {
      const answers = folder.run(
        [
          ...stored(2),
          'wait recovered',
          '112> pkill -9 sheep',
          'wait 2',
          'wait quiet',
          '111> pkill -9 sheep',
          'wait 1',
          'wait quiet',
          '112> service sheepdog start',
          'wait 2',
          'wait quiet',
          '111> service sheepdog start',
          'wait 3',
          'wait quiet',
          ...info(111),
          '111> collie node list',
          read(111, 'after.bin'),
          '112> service sheepdog status',
        ],
        '--nodes',
        '2',
        '--behaviour',
        behaviour,
      );

      const [state, ...epochs] = told(answers, 111);
      if (behaviour === 'sound') {
        expect([state, ...epochs]).toEqual(['running', '3 .111 .112', '2 .111', '1 .111 .112']);
        expect(folder.hashOf('after.bin')).toBe(WHOLE);
        return;
      }
      // The first one ended in favour of the other, whatever came of that: its word was lost, as in the report, or the
      // other runs with no copies.
      expect(to(answers, '112> service sheepdog status')?.out).toBe('sheep is stopped\n');
      expect(epochs).toEqual(['2 .111', '1 .111 .112']);
      expect(['Waiting for other nodes to join cluster', 'running']).toContain(state);
      const isLost = state !== 'running';
      expect(to(answers, '111> collie node list')?.err).toBe(isLost ? 'There are no active sheep daemons\n' : '');
      expect(to(answers, read(111, 'after.bin'))?.code).not.toBe(0);
      // Disks and collie are innocent: all lies there.
      expect(folder.contents([1, 2], '00000001').size).toBe(OBJECTS);
      expect(folder.copyTrouble([1, 2], 2, '00000001')).toEqual([]);
    },
  );

  it.each(BEHAVIOURS)('5.5: a machine is lost, the others make its copies anew; it comes back, %s', (behaviour) => {
    const answers = folder.run(
      [
        ...stored(3),
        read(112, 'before.bin'),
        'wait recovered',
        'fault kill 2',
        'wait recovered',
        ...info(111, 114),
        read(114, 'after.bin'),
        'fault start 2',
        'wait recovered',
        ...info(112),
        read(112, 'end.bin'),
      ],
      '--nodes',
      '3',
      '--behaviour',
      behaviour,
    );

    expect(bad(answers)).toEqual([]);
    for (const at of [111, 114]) expect(told(answers, at)).toEqual(['running', '2 .111 .114', '1 .111 .112 .114']);
    expect(told(answers, 112).slice(0, 2)).toEqual(['running', '3 .111 .112 .114']);
    expect(['before', 'after', 'end'].map((name) => folder.hashOf(`${name}.bin`))).toEqual([WHOLE, WHOLE, WHOLE]);
    expect(folder.copyTrouble([1, 2, 3], 2, '00000001')).toEqual([]);
    expect(folder.copyTrouble([1, 3], 2, '00000002')).toEqual([]);
    expect(folder.copyTrouble([1, 2, 3], 2)).toEqual([]);
    const before = folder.contents([1, 2, 3], '00000001');
    expect(before.size).toBe(OBJECTS);
    for (const epoch of ['00000002', '00000003'])
      expect(folder.contents([1, 3], epoch).size).toBeLessThanOrEqual(OBJECTS);
    expect(folder.contents([1, 3], '00000002')).toEqual(before);
    expect(folder.contents([1, 2, 3])).toEqual(before);
  });

  it.each(BEHAVIOURS)('5.5, sudden loss of integrity: a machine is cut off, and its disk is full, %s', (behaviour) => {
    // A new block, for which a full disk has no room.
    const more = `111> collie vdi write VM1 ${OCTETS} ${4 << 20} < ${folder.file('other.bin')}`;
    const cut = [
      'fault partition 1 | 2,3',
      'wait 6',
      'wait ring 1',
      'wait ring 2',
      'wait quiet',
      'fault disk 1 full',
      more,
      'wait 2',
      'wait quiet',
    ];
    const back = ['heal', 'wait ring 3', 'fault disk 1 ok', 'wait 4', 'wait quiet'];
    const answers = folder.run(
      [
        ...stored(3),
        'wait recovered',
        ...cut,
        ...back,
        ...info(111, 112),
        '111> collie node list',
        // The others of 0.3.0 go on asking the one that is gone for its copies, and whoever reads there waits.
        ...(behaviour === 'sound' ? [read(112, 'end.bin')] : []),
      ],
      '--nodes',
      '3',
      '--behaviour',
      behaviour,
    );

    if (behaviour === 'sound') {
      for (const at of [111, 112])
        expect(told(answers, at)).toEqual(['running', '3 .111 .112 .114', '2 .112 .114', '1 .111 .112 .114']);
      expect(to(answers, more)?.code).not.toBe(0);
      expect(folder.copyTrouble([1, 2, 3], 2)).toEqual([]);
      expect(folder.hashOf('end.bin')).toBe(WHOLE);
    } else {
      // The report, line for line.
      const history = ['4', '3 .111', '2 .111 .114', '1 .111 .112 .114'];
      expect(told(answers, 111)).toEqual(['IO has halted as there are too few living nodes', ...history]);
      expect(told(answers, 112)).toEqual(['running', '2 .112 .114', '1 .111 .112 .114']);
      expect(to(answers, '111> collie node list')?.err).toBe('There are no active sheep daemons\n');
    }
    // The disks of the others have all of it in either case.
    const left = folder.contents([2, 3], '00000001');
    expect(left.size).toBe(OBJECTS);
    expect(left).toEqual(folder.contents([1, 2, 3], '00000001'));
  });
});
