// The scenario language: what is read, and what is said of what cannot be read, with line and column.
import { describe, expect, it } from 'vitest';
import { faultText, readFaults } from '../../../../protocol/sim/fault.ts';
import { parseScenario } from '../../../../protocol/sim/scenario/parse.ts';
import { readTime, shareText, splitWords, timeText } from '../../../../protocol/sim/scenario/words.ts';

const HEAD = 'cluster nodes=3 stack=totem';

describe('problems', () => {
  it.each([
    ['', '1:1', 'a scenario begins with cluster'],
    ['run 5s', '1:1', 'a scenario begins with cluster'],
    ['cluster nodes=0', '1:15', 'from 1 to 250'],
    ['cluster nodes=3 tokn=5s', '1:17', 'is no setting'],
    ['cluster nodes=3 nodes=4', '1:17', 'stands twice'],
    ['cluster nodes=3 token=1ms token_coefficient=0', '1:1', 'token is 1'],
    [`${HEAD}\nfrobnicate 2`, '2:1', 'there is no command "frobnicate"'],
    [`${HEAD}\n\n  kill 4`, '3:8', 'from 1 to 3'],
    [`${HEAD}\nkill 1-`, '2:6', 'from 1 to 3'],
    [`${HEAD}\npartition 1,2 3`, '2:15', 'divided by |'],
    [`${HEAD}\npartition 1,2 | 2`, '2:17', 'in two groups'],
    [`${HEAD}\ncut 1`, '2:5', 'a direction is wanted'],
    [`${HEAD}\nlink 1>2 loss=110%`, '2:15', 'a share is wanted'],
    [`${HEAD}\nlink 1>2 mean=5ms`, '2:15', 'wants delay='],
    [`${HEAD}\ndrop tokens 1>2`, '2:6', 'a type of message is wanted'],
    [`${HEAD}\nsubmit 1 "abc`, '2:10', 'no closing'],
    [`${HEAD}\nsubmit 1 "a\\q"`, '2:12', 'after \\ comes'],
    [`${HEAD}\nsubmit 1`, '2:1', 'a text in quotes, or size='],
    [`${HEAD}\nat 1.0000001 kill 1`, '2:4', 'whole microseconds'],
    [`${HEAD}\nat 1s run 5s`, '2:7', 'a fault or a message'],
    [`${HEAD}\nrun until=never`, '2:11', 'until= is'],
    [`${HEAD}\nshow everything`, '2:6', 'there is no "everything"'],
    [`${HEAD}\nexpect state 1 asleep`, '2:16', 'a state is wanted'],
    [`${HEAD}\njoin 1 web`, '2:1', 'wants stack=node'],
    ['cluster nodes=1\nsubmit 1 web "x" safe', '2:18', 'agreed only'],
    [`${HEAD}\ninject 1 xyz`, '2:10', 'hex'],
  ])('%j: %s %s', (text, place, says) => {
    const parsed = parseScenario(text);

    if (parsed.ok) throw new Error('it was read');
    expect(`${parsed.problem.line}:${parsed.problem.column}`).toBe(place);
    expect(parsed.problem.says).toContain(says);
  });
});

describe('blocks', () => {
  it('keep their commands as they stand, and their transcript apart', () => {
    const text = `# first\n${HEAD}\nrun 5s\n----\n0.000000 x\n\nkill 1 # why not\n----\n1.0 y\n1.1 z\n`;
    const parsed = parseScenario(text);

    if (!parsed.ok) throw new Error(parsed.problem.says);
    expect(parsed.value.blocks.map(({ source, expected }) => [source, expected])).toEqual([
      [['# first', HEAD, 'run 5s'], ['0.000000 x']],
      [['kill 1 # why not'], ['1.0 y', '1.1 z']],
    ]);
  });

  it('take a first `link all` as how links are', () => {
    const parsed = parseScenario(
      `${HEAD}\nlink all delay=1ms mean=3ms loss=0.5%\nlink all loss=1%\nrun 1s\nlink all loss=2%`,
    );

    if (!parsed.ok) throw new Error(parsed.problem.says);
    expect(parsed.value.link).toMatchObject({ delay: 1000, jitter: 2000, loss: 10_000 });
    expect(parsed.value.blocks[0]?.lines).toHaveLength(2);
  });
});

describe('faults', () => {
  it.each([
    'kill 2',
    'pause 1',
    'resume 1',
    'leave 3',
    'start 3',
    'restart 2',
    'restart 2 disk=lost',
    'tear 1 leaves=nothing',
    'interface 2 down',
    'clock 3 ppm=-250',
    'partition 1,2 | 3',
    'heal',
    'cut 1>*',
    'mend *>2',
    'deaf 2 on',
    'drop memb_join 1>* count=7',
    'link 1>2 delay=150us mean=2.5ms loss=0.25% duplicate=1% reorder=10% capacity=1000000/s queue=1000 mtu=1400',
  ])('are written as they are read: %s', (text) => {
    const words = splitWords(text);
    const read = words.ok ? readFaults(words.value, { count: 3 }) : null;

    expect(read?.ok === true ? read.value.map(faultText) : null).toEqual([text]);
  });

  it('of several nodes are several', () => {
    const words = splitWords('kill 1-3');

    expect(words.ok && readFaults(words.value, { count: 3 })).toMatchObject({ ok: true, value: { length: 3 } });
  });
});

describe('values', () => {
  it.each([
    ['0', 0, '0s'],
    ['1.5', 1_500_000, '1.5s'],
    ['20ms', 20_000, '20ms'],
    ['2.5ms', 2500, '2.5ms'],
    ['150us', 150, '150us'],
    ['1.000001s', 1_000_001, '1000.001ms'],
  ])('%s is %i us, written %s', (text, micros, written) => {
    const read = readTime({ text, column: 1, isQuoted: false });

    expect(read).toEqual({ ok: true, value: micros });
    expect(timeText(micros)).toBe(written);
    expect(readTime({ text: written, column: 1, isQuoted: false })).toEqual({ ok: true, value: micros });
  });

  it('shares are parts per million', () => {
    expect([0, 1, 2500, 10_000, 1_000_000].map(shareText)).toEqual(['0%', '0.0001%', '0.25%', '1%', '100%']);
  });
});
