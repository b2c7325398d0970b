// The nodes' own logs held against the packets of the same run: nearly every state line is borne out.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { matchLog } from '../../app/analysis/report/logs.ts';
import type { Calendar } from '../../app/analysis/witnesses/log-time.ts';
import { expectedOf, GOLDEN } from '../support/golden.ts';
import { openGolden } from '../support/open-golden.ts';

const utc: Calendar = ({ year, month, day, hour, minute, second, ms }) =>
  Date.UTC(year ?? 2026, month, day, hour, minute, second, ms);

describe.each([
  ['03-corosync-kill9', '192.168.1.111', 'corosync-ms-111.log', 15],
  ['c31-udp-kill9', '1', 'n1.log', 2],
  ['c24-udp-form3', '10.77.0.1', 'n1.log', 3],
])('%s %s', (scenario, node, file, least) => {
  it('is borne out by packets', () => {
    const [expected] = expectedOf(scenario);
    if (expected === undefined) throw new Error('no expectation');
    const { ingest } = openGolden(scenario, expected);
    const { nodes, transitions } = ingest.analysis();
    const text = readFileSync(join(GOLDEN, scenario, file), 'utf8');
    const shifted: Calendar = (date) => utc(date) + 7200_000;
    const report = matchLog(node, text, utc, nodes, transitions, Number(ingest.table.epochNs / 1_000_000n));
    expect(report.matched).toBeGreaterThanOrEqual(least);
    expect(Math.abs(report.offsetMs ?? 1e9)).toBeLessThan(1100);
    const other = matchLog(node, text, shifted, nodes, transitions, Number(ingest.table.epochNs / 1_000_000n));
    if (!file.includes('-ms-')) expect(other.offsetMs).toBeCloseTo((report.offsetMs ?? 0) + 7200_000, -1);
    expect(other.matched).toBe(report.matched);
  });
});
