// Lines of `decode` against those that an independent decoder printed, field by field, and the messages of the bursts.
import { readFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Row } from '../../protocol/base/brand.ts';
import { decodeRecord, type DecodeRecord } from '../../app/session/decode-record.ts';
import type { JsonObject } from '../../app/session/totem-record.ts';
import { expectedOf, GOLDEN, scenarios } from '../support/golden.ts';
import { openGolden, type Opened } from '../support/open-golden.ts';

function recordsOf({ ingest, frame }: Opened): readonly DecodeRecord[] {
  const records: DecodeRecord[] = [];
  for (let row = 0; row < ingest.table.length; row++) {
    const record = decodeRecord(ingest, row as Row, frame, { data: false });
    if (record !== null) records.push(record);
  }
  return records;
}

const withLines = scenarios().filter((scenario) => existsSync(join(GOLDEN, scenario, 'expected-decode.ndjson')));

describe.each(withLines)('%s', (scenario) => {
  it('prints the expected lines', () => {
    const [expected] = expectedOf(scenario);
    if (expected === undefined) throw new Error('no expectation');
    const records = new Map(recordsOf(openGolden(scenario, expected)).map((record) => [record.frame, record]));
    const lines = readFileSync(join(GOLDEN, scenario, 'expected-decode.ndjson'), 'utf8')
      .trim()
      .split('\n');
    expect(lines.length).toBeGreaterThan(20);
    for (const line of lines) {
      const wanted = JSON.parse(line) as DecodeRecord;
      expect(records.get(wanted.frame)).toEqual(wanted);
    }
  });
});

const bursts = scenarios().filter((scenario) => (expectedOf(scenario)[0]?.payloads ?? null) !== null);

describe.each(bursts)('%s', (scenario) => {
  it('puts every application message together again', () => {
    const [expected] = expectedOf(scenario);
    if (expected === undefined) throw new Error('no expectation');
    const seen = new Set<string>();
    const payloads = recordsOf(openGolden(scenario, expected)).flatMap(({ payload }) =>
      (payload ?? []).flatMap((entry: JsonObject) => {
        const key = JSON.stringify([entry['frames'], entry['sha256']]);
        if (entry['service'] !== 'CPG' || entry['function'] !== 'MCAST' || seen.has(key)) return [];
        seen.add(key);
        const { cpg, length, sha256, frames } = entry;
        return [{ sender: (cpg as JsonObject)['nodeid'], length, sha256, frames }];
      }),
    );
    expect(payloads).toEqual(expected.payloads);
  });
});
