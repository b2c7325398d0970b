// What faults come to at each receiver, one after the other.
import { describe, expect, it } from 'vitest';
import { readLabFaults } from '../../../../app/lab/fault.ts';
import { LinkFaults, type NetworkFault } from '../../../../main/node/lab/link-faults.ts';

function after(...lines: readonly string[]): LinkFaults {
  const links = new LinkFaults(3);
  for (const line of lines) {
    const faults = readLabFaults(line, { count: 3 });
    if (!faults.ok) throw new Error(faults.problem);
    for (const fault of faults.value) {
      const done = links.apply(fault as NetworkFault);
      if (!done.ok) throw new Error(done.problem);
    }
  }
  return links;
}

const heard = (links: LinkFaults): readonly string[] =>
  [1, 2, 3].flatMap((to) => [
    ...(links.at(to).isDeaf ? [`${to} deaf`] : []),
    ...links
      .at(to)
      .links.map(
        ({ from, isCut, loss, delayMs, mtu }) => `${from}>${to} ${isCut ? 'cut' : `${loss} ${delayMs} ${mtu}`}`,
      ),
  ]);

describe('links', () => {
  it.each([
    [['partition 1,2 | 3'], ['3>1 cut', '3>2 cut', '1>3 cut', '2>3 cut']],
    [['partition 1,2'], ['3>1 cut', '3>2 cut', '1>3 cut', '2>3 cut']],
    [['partition 1 | 2,3', 'partition 1,2,3'], []],
    [['cut 1>2'], ['1>2 cut']],
    [['cut *>2', 'mend 1>2'], ['3>2 cut']],
    [['deaf 2', 'deaf 3', 'deaf 2 off'], ['3 deaf']],
    [
      ['loss 2 50%', 'delay 2 20'],
      ['1>2 0.5 20 null', '3>2 0.5 20 null'],
    ],
    [['loss 2 50%', 'link 1>2 loss=0%'], ['3>2 0.5 0 null']],
    [['loss 2 50%', 'loss 2 0'], []],
    [['mtu 3 1400'], ['1>3 0 0 1400', '2>3 0 0 1400']],
    [['cut 1>2', 'partition 1,2 | 3', 'mend 1>2', 'partition 1,2,3'], []],
  ] as const)('after %j are %j', (lines, expected) => {
    expect(heard(after(...lines))).toEqual(expected);
  });

  it('are good again once healed', () => {
    const links = after('partition 1 | 2,3', 'cut 2>3', 'deaf 1', 'loss 3 10%');
    links.heal();

    expect(heard(links)).toEqual([]);
  });

  it('refuse what a lab cannot do', () => {
    expect(() => after('link 1>2 duplicate=5%')).toThrow("a lab's links have loss=, delay= and mtu=");
  });
});
