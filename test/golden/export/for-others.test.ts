// Reports and tables for others: logs beside the packets with the line and the frames that show it; for strangers
// without an address, a name or a payload, the same as of the scrubbed capture.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Given } from '../../../app/analysis/witnesses/beside.ts';
import type { Calendar } from '../../../app/analysis/witnesses/log-time.ts';
import { conclusionsOf } from '../../../app/export/prepare.ts';
import { concludeReport } from '../../../app/export/report/conclude.ts';
import { reportHtml } from '../../../app/export/report/html.ts';
import { reportMarkdown } from '../../../app/export/report/markdown.ts';
import type { Report } from '../../../app/export/report/blocks.ts';
import { SCRUBBED_NAME, ScrubbedCopy } from '../../../app/export/scrub/scrubbed-copy.ts';
import { csvLine } from '../../../app/export/table.ts';
import { decodeRecord } from '../../../app/session/decode-record.ts';
import type { Row } from '../../../protocol/base/brand.ts';
import { expectedOf, GOLDEN } from '../../support/golden.ts';
import { openBytes, openGolden, type Opened } from '../../support/open-golden.ts';
import { exported } from '../../support/export.ts';

const utc: Calendar = ({ year, month, day, hour, minute, second, ms, zoneMinutes }) =>
  Date.UTC(year ?? 2026, month, day, hour, minute - (zoneMinutes ?? 0), second, ms);

function open(scenario: string): Opened {
  const [expected] = expectedOf(scenario);
  if (expected === undefined) throw new Error('no expectation');
  return openGolden(scenario, expected);
}

const NOTHING: Given = { logs: [], conf: null };
const textOf = (scenario: string, file: string): string => readFileSync(join(GOLDEN, scenario, file), 'utf8');

function reportOf({ ingest, frame }: Opened, given: Given = NOTHING, name = 'ring.pcap'): Report {
  const isScrubbed = name === SCRUBBED_NAME;
  const wish = { name, given, calendar: utc, span: null, isScrubbed, application: 'test' };
  const { compose } = concludeReport(ingest, wish);
  return compose(conclusionsOf(ingest, ingest.analysis()).annotations, frame);
}

function copyOf({ ingest, frame }: Opened): { readonly copy: ScrubbedCopy; readonly opened: Opened } {
  const copy = new ScrubbedCopy(ingest, [], 'test');
  for (let row = 0; row < ingest.table.length; row++) copy.take(row as Row, frame);
  copy.finish();
  return { copy, opened: { ingest: copy.ingest, frame: (row) => copy.frame(row, frame) } };
}

const tableOf = ({ ingest, frame }: Opened): string =>
  Array.from({ length: ingest.table.length }, (_, row) => decodeRecord(ingest, row as Row, frame, { data: false }))
    .map((record) => (record === null ? '' : csvLine(record, ingest.table.epochNs, [])))
    .join('');

describe('a report with logs', () => {
  const logs = ['1', '2'].map((node) => ({ node, text: textOf('c31-udp-sigstop3s', `n${node}.log`) }));
  const report = reportOf(open('c31-udp-sigstop3s'), { logs, conf: textOf('c31-udp-sigstop3s', 'n1.corosync.conf') });

  it('says of each claim what the packets show, and leads to its line and its packets', () => {
    const html = reportHtml(report);

    expect(html).toMatch(
      /<a href="#log-2-line-\d+">line \d+<\/a>.*?<td>agrees<\/td><td>nothing of it for 3162 ms<\/td>/,
    );
    expect(html).toMatch(/<a href="#frame-207">frame 207<\/a> <a href="#frame-284">frame 284<\/a>/);
    const wanted = [...html.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id);
    const ids = [...html.matchAll(/<span id="([^"]+)"/g)].map(([, id]) => id);
    expect(ids.filter((id, i) => ids.indexOf(id) !== i)).toEqual([]);
    expect(wanted.filter((id) => !ids.includes(id))).toEqual([]);
  });

  it('shows the line as it stands in the log, and names both in Markdown', () => {
    const text = reportMarkdown(report);
    const [, line] =
      /\| line (\d+) \|[^\n]*agrees \| nothing of it for 3162 ms \| frame 207, frame 284 \|/.exec(text) ?? [];

    const raw = logs[1]?.text.split('\n')[Number(line) - 1]?.trimEnd();
    expect(text).toContain(`${String(line).padStart(7)}  ${raw}`);
  });
});

describe('a report and a table for strangers', () => {
  it.each(['03-corosync-kill9', '10a-sheep-vdi-c2', 'c31-udp-kill9', 'c31-knet-form3', 'c31-knet-aes256-kill9'])(
    'name nobody: %s',
    (scenario) => {
      const before = open(scenario);
      const { copy, opened } = copyOf(before);
      const { nodes, findings } = before.ingest.analysis();
      const addresses = nodes.flatMap((node) => node.addresses);
      const node = `nodelist {\n  node {\n    ring0_addr: ${addresses[0]}\n  }\n}\n`;
      const conf = `totem {\n  token: 1234\n  cluster_name: secret-name\n}\n${node}`;
      const line = (says: string): string => `Nov 23 00:02:25 secret-host corosync [${says}`;
      const log = [line(`TOTEM ] The network interface [${addresses[0]}] is down.`), line('MAIN  ] secret-name')];
      const given = copy.given({ logs: [{ node: String(nodes[0]?.nodeid), text: log.join('\n') }], conf });

      const report = reportOf(opened, given, SCRUBBED_NAME);
      const said = `${reportHtml(report)}${reportMarkdown(report)}${tableOf(opened)}`;

      expect(said).toContain('token: 1234');
      for (const { rule } of findings) expect(said).toContain(rule.replaceAll('-', ' '));
      const secrets = [
        ...addresses,
        ...nodes.filter(({ nodeid }) => nodeid > 0xffff).map(({ nodeid }) => String(nodeid)),
      ];
      for (const secret of [...secrets, 'secret-', 'VM1']) expect(said).not.toContain(secret);
    },
  );

  it.each(['03-corosync-kill9', 'c31-udp-kill9'])('say the same as of the scrubbed capture: %s', (scenario) => {
    const before = open(scenario);
    const { opened } = copyOf(before);
    const again = openBytes(exported(before, { isScrubbed: true }));

    expect(tableOf(opened)).toBe(tableOf(again));
    expect(reportMarkdown(reportOf(opened, NOTHING, SCRUBBED_NAME))).toBe(
      reportMarkdown(reportOf(again, NOTHING, SCRUBBED_NAME)),
    );
  });
});
