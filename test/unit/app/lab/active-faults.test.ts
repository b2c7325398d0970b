// Which faults are in force after the prompt's lines so far.
import { describe, expect, it } from 'vitest';
import { activeFaults } from '../../../../app/lab/active-faults.ts';
import type { LabFault } from '../../../../app/lab/lab-view.ts';

const said = (...lines: readonly string[]): readonly LabFault[] =>
  lines.map((words, i) => ({ atNs: BigInt(i), words, nodes: [] }));
const at = (node: number, faults: readonly LabFault[], until: bigint | null = null): readonly string[] => [
  ...(activeFaults(faults, until, 3).get(node)?.values() ?? []),
];

describe('faults in force', () => {
  it.each([
    ['fault interface 2 down', 'fault interface 2 up', 'interface down'],
    ['fault deaf 2', 'fault deaf 2 off', 'hears no multicasts'],
    ['fault loss 2 30%', 'fault loss 2 0', 'loses 30 %'],
    ['fault delay 2 20ms', 'fault delay 2 0', 'late by 20 ms'],
    ['fault link 1>2 loss=5%', 'fault link 1>2 loss=0%', 'loses 5 % from n1'],
    ['fault mtu 2 1000', 'fault mtu 2 0', 'loses more than 1000 octets'],
    ['fault disk 2 slow 300', 'fault disk 2 ok', 'disk slow by 300 ms'],
    ['fault cut 1>2', 'fault mend 1>2', 'hears nothing of n1'],
    ['fault disk 2 full', 'fault disk 2 ok', 'disk full'],
  ])('%s, ended by %s', (begin, end, words) => {
    expect(at(2, said(begin))).toEqual([words]);
    expect(at(2, said(begin, end))).toEqual([]);
  });

  it('partition cuts both sides; heal ends the network’s faults, not the disk’s', () => {
    const faults = said('fault partition 1,2 | 3', 'fault disk 3 full', 'heal');

    expect(at(1, faults, 0n)).toEqual(['cut off from n3']);
    expect(at(3, faults, 1n)).toEqual(['cut off from n1 n2', 'disk full']);
    expect(at(3, faults)).toEqual(['disk full']);
    expect(at(1, faults)).toEqual([]);
  });

  it('a killed or paused node is no fault of a link', () => {
    expect(at(2, said('fault kill 2', 'fault pause 2', 'add', 'traffic 2', 'fault', '', 'fault cut 1>9'))).toEqual([]);
  });
});
