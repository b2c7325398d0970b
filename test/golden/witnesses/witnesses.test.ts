// Logs, dumps and corosync.conf of the golden captures beside their packets: what the nodes said of themselves is borne
// out, and what a made-up log says is not.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { timersOf } from '../../../app/analysis/report/conf.ts';
import type { Calendar } from '../../../app/analysis/witnesses/log-time.ts';
import { checkTimers } from '../../../app/analysis/witnesses/timer-check.ts';
import { readWitness } from '../../../app/analysis/witnesses/witness.ts';
import { expectedOf, GOLDEN } from '../../support/golden.ts';
import { openGolden } from '../../support/open-golden.ts';

const utc: Calendar = ({ year, month, day, hour, minute, second, ms, zoneMinutes }) =>
  Date.UTC(year ?? 2026, month, day, hour, minute - (zoneMinutes ?? 0), second, ms);

function opened(scenario: string) {
  const [expected] = expectedOf(scenario);
  if (expected === undefined) throw new Error('no expectation');
  const { ingest } = openGolden(scenario, expected);
  return { analysis: ingest.analysis(), store: ingest.table };
}

const textOf = (scenario: string, file: string): string => readFileSync(join(GOLDEN, scenario, file), 'utf8');

function witness(scenario: string, node: string, text: string) {
  const { analysis, store } = opened(scenario);
  return readWitness(node, text, utc, analysis, store);
}

describe('logs beside packets', () => {
  it('agree on a pause, to the very frames around it', () => {
    const { statements, offsetMs } = witness('c31-udp-sigstop3s', '2', textOf('c31-udp-sigstop3s', 'n2.log'));

    expect(offsetMs).toBeCloseTo(-6, -1);
    expect(statements.map(({ verdict }) => verdict)).toEqual(['agrees', 'agrees']);
    expect(statements[0]?.wire).toBe('nothing of it for 3162 ms');
    expect(statements[0]?.frames).toEqual([207, 284]);
  });

  it('agree on how long a node had been without the token', () => {
    const { statements } = witness('c31-udp-sigstop3s', '1', textOf('c31-udp-sigstop3s', 'n1.log'));
    const [waits] = statements.filter(({ says }) => says.startsWith('Token has not been received'));

    expect(waits).toMatchObject({ verdict: 'agrees', wire: 'the last token to it came 1239 ms before' });
  });

  it('never contradict each other in a capture at the switch', () => {
    for (const scenario of ['c31-udp-mcast-blocked', 'c31-udp-partition2-3', 'c31-udpu-form3', 'c24-udp-form3'])
      for (const node of [1, 2]) {
        const { statements } = witness(scenario, String(node), textOf(scenario, `n${node}.log`));
        expect(statements.filter(({ verdict }) => verdict === 'contradicts')).toEqual([]);
      }
  });

  it('contradict where a log claims what the wire does not show', () => {
    const text = textOf('c31-udp-sigstop3s', 'n1.log');
    const pause = (/^.*A processor failed.*$/m.exec(text)?.[0] ?? '').replace(
      /\[TOTEM \].*/,
      '[MAIN  ] Corosync main process was not scheduled for 900.5 ms (threshold is 800.0 ms).',
    );
    const { statements } = witness('c31-udp-sigstop3s', '1', `${text}${pause}\n`);
    const claim = statements.find(({ says }) => says.includes('900.5'));

    expect(claim).toMatchObject({ verdict: 'contradicts' });
    expect(claim?.wire).toMatch(/^\d+ packets of it in that very time$/);
    expect(claim?.frames.length).toBeGreaterThan(0);
  });
});

const FORMS: readonly (readonly [form: string, line: string])[] = [
  ['1.x', 'Nov 23 00:02:25 corosync [MAIN  ] Process pause detected for 700 ms, flushing membership messages.'],
  ['2.x', 'Nov 23 00:02:25 [10173] n1 corosync notice  [TOTEM ] Process pause detected for 700 ms, flushing.'],
  ['3.x', 'Nov 23 00:02:25.250 [4289] n1 corosync notice  [TOTEM ] Process pause detected for 700 ms, flushing.'],
  ['journal', '2026-11-23T00:02:25.250+00:00 n1 corosync[42]:   [TOTEM ] Process pause detected for 700 ms, flushing.'],
  ['zone', '2026-11-23T01:02:25,250+01:00 n1 corosync[42]:   [TOTEM ] Process pause detected for 700 ms, flushing.'],
];

describe('the forms of log times', () => {
  it.each(FORMS)('%s', (_form, line) => {
    const { analysis, store } = opened('03-corosync-kill9');
    const state = '1795392145250 Nov 23 00:02:25 corosync [TOTEM ] entering GATHER state from 2.';
    const { statements } = readWitness('192.168.1.111', `${state}\n${line}`, utc, analysis, store);

    expect(statements.map(({ says, timeNs }) => [says.slice(0, 33), timeNs !== null])).toEqual([
      ['Process pause detected for 700 ms', true],
    ]);
  });
});

describe('dumps', () => {
  it('have the members of the last ring', () => {
    const scenario = '11-sheep-add-third-node';
    const report = witness(scenario, '192.168.1.114', textOf(scenario, 'objctl-114-after.txt'));

    expect(report).toMatchObject({ kind: 'map', differences: [] });
  });

  it('differ where one says that a member left', () => {
    const scenario = '11-sheep-add-third-node';
    const text = textOf(scenario, 'objctl-114-after.txt').replace('status=joined', 'status=left');
    const { differences } = witness(scenario, '192.168.1.114', text);

    expect(differences).toHaveLength(1);
    expect(differences[0]).toMatchObject({ dump: 'left', wire: expect.stringMatching(/^a member of ring/) });
  });
});

describe('timers', () => {
  const scenario = 'c31-udp-form3';
  const check = (change: (conf: string) => string) => {
    const { analysis } = opened(scenario);
    const timers = timersOf(change(textOf(scenario, 'n1.corosync.conf')), true);
    return checkTimers(timers, 'corosync.conf', analysis.timers, analysis).map(({ severity, says }) => [
      severity,
      says,
    ]);
  };

  it('in force are those that the rotation shows', () => {
    expect(check((conf) => conf)).toEqual([['info', expect.stringMatching(/^an idle rotation takes 30\d ms, as/)]]);
  });

  it('of another file are told from the rotation', () => {
    const [note] = check((conf) => conf.replace('token: 1000', 'token: 5000'));

    expect(note).toEqual(['warning', expect.stringMatching(/token timeout in force is near 16\d0 ms, not 5650 ms/)]);
  });

  it('that contradict each other are told', () => {
    const notes = check((conf) => conf.replace('token: 1000', 'token: 1000\n consensus: 1100'));

    expect(notes).toContainEqual([
      'warning',
      expect.stringMatching(/^consensus 1100 ms is less than 1\.2 times token/),
    ]);
  });
});
