// The faults of a lab: one language for the prompt, scenarios and the window.
import { describe, expect, it } from 'vitest';
import { labFaultDone, readLabFaults } from '../../../../app/lab/fault.ts';
import { faultText } from '../../../../protocol/sim/fault.ts';
import { parseScenario } from '../../../../protocol/sim/scenario/parse.ts';

const find = (name: string): number | null =>
  ['111', '112', '114'].indexOf(name.replace(/^127\.168\.1\./, '')) + 1 || null;
const read = (line: string): string => {
  const faults = readLabFaults(line, { count: 3, find });
  return faults.ok ? faults.value.map(faultText).join('; ') : `! ${faults.problem}`;
};

describe('a fault', () => {
  it.each([
    ['kill 2', 'kill 2'],
    ['kill 1,3', 'kill 1; kill 3'],
    ['pause 112', 'pause 2'],
    ['resume 127.168.1.114', 'resume 3'],
    ['restart 2 disk=lost', 'restart 2 disk=lost'],
    ['interface 2 down', 'interface 2 down'],
    ['partition 1,2 | 3', 'partition 1,2 | 3'],
    ['partition 111, 112|114', 'partition 1,2 | 3'],
    ['cut 1>2', 'cut 1>2'],
    ['cut 111 > 112', 'cut 1>2'],
    ['mend 1 2', 'mend 1>2'],
    ['deaf 2', 'deaf 2 on'],
    ['deaf 2 off', 'deaf 2 off'],
    ['loss 2 30%', 'link *>2 loss=30%'],
    ['loss 2 30', 'link *>2 loss=30%'],
    ['loss 2 0', 'link *>2 loss=0%'],
    ['delay 2 20', 'link *>2 delay=20ms'],
    ['delay 2 1.5s', 'link *>2 delay=1.5s'],
    ['mtu 2 1400', 'link *>2 mtu=1400'],
    ['link 111>* loss=5% delay=1ms', 'link 1>* delay=1ms loss=5%'],
    ['disk 2 full', 'disk 2 full'],
    ['disk 2 slow', 'disk 2 slow 200ms'],
    ['disk 2 slow 50', 'disk 2 slow 50ms'],
    ['disk 2 ok', 'disk 2 ok'],
    ['heal', 'heal'],
  ])('%s is %s, which reads as itself', (line, text) => {
    expect(read(line)).toBe(text);
    for (const one of text.split('; ')) expect(read(one)).toBe(one);
  });

  it.each([
    ['', 'fault wants to know what; help lists the kinds'],
    ['kill', 'kill wants to know what: kill 2'],
    ['kill 2 3', 'nothing follows the nodes of kill: kill 2, or kill 2,3'],
    ['nonsense 2', 'there is no fault "nonsense"; help lists them'],
    ['kill 4', 'nodes are numbers from 1 to 3, like 2 or 1,3 or 1-4, not "4"'],
    ['loss 2', 'loss wants a node and how much: loss 2 30%'],
    ['loss 2 110', 'a share is wanted, like 5% or 0.1%, not "110%"'],
    ['loss 2 3% 4', 'nothing follows the amount of loss'],
    ['interface 2', 'interface wants up or down'],
    ['disk 2 empty', 'disk wants full, slow MS or ok, not "empty"'],
    ['disk 2 slow 0', 'a disk is slow by more than nothing and at most 60s an operation'],
    ['disk 1,2 full', 'one node is wanted'],
    ['cut 1', 'a direction is wanted, like 1>3 or *>2, not "1"'],
  ])('that cannot be read is answered: %s: %s', (line, says) => {
    expect(read(line)).toBe(`! ${says}`);
  });

  it('in short words stands in scenarios too; that of a store does not', () => {
    expect(parseScenario('cluster nodes=3 stack=totem\nloss 2 30%\ndelay 3 20ms').ok).toBe(true);
    expect(parseScenario('cluster nodes=3 stack=totem\ndisk 2 full').ok).toBe(false);
  });

  it('is told of once it is done', () => {
    const done = (line: string): string => {
      const faults = readLabFaults(line, { count: 3 });
      return faults.ok ? faults.value.map(labFaultDone).join('; ') : faults.problem;
    };

    expect(['pause 2', 'cut 1>2', 'mend *>2', 'deaf 3', 'disk 1 slow 50'].map(done)).toEqual([
      'node 2 paused',
      'node 2 hears nothing of node 1',
      'node 2 hears every node again',
      'node 3 hears no multicasts',
      'disk of node 1 slow 50ms',
    ]);
  });
});
