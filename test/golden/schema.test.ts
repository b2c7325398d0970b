// The JSON Schemas of docs/schema hold for everything that the command line prints of the golden captures.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import type { Row } from '../../protocol/base/brand.ts';
import { analysisJson } from '../../app/analysis/report/analysis-json.ts';
import { decodeRecord } from '../../app/session/decode-record.ts';
import { expectedOf, scenarios } from '../support/golden.ts';
import { openGolden } from '../support/open-golden.ts';

const schema = (name: string) => {
  const path = join(import.meta.dirname, '..', '..', 'docs', 'schema', `${name}.schema.json`);
  return new Ajv({ allErrors: false, allowUnionTypes: true }).compile(JSON.parse(readFileSync(path, 'utf8')) as object);
};
const isLine = schema('decode');
const isAnalysis = schema('analyse');

describe.each(scenarios())('%s', (scenario) => {
  const [expected] = expectedOf(scenario);
  if (expected === undefined) throw new Error('no expectation');
  const { ingest, frame } = openGolden(scenario, expected);

  it('decode', () => {
    // A storm's 78,000 lines are alike.
    const step = ingest.table.length > 20_000 ? 53 : 1;
    for (let row = 0; row < ingest.table.length; row += step) {
      const record = decodeRecord(ingest, row as Row, frame, { data: row % 7 === 0 });
      if (record === null) continue;
      expect(
        isLine(JSON.parse(JSON.stringify(record))),
        `${JSON.stringify(isLine.errors)} in ${JSON.stringify(record)}`,
      ).toBe(true);
    }
  });

  it('analyse', () => {
    const json: unknown = JSON.parse(JSON.stringify(analysisJson(ingest.analysis(), ingest.table.epochNs)));
    expect(isAnalysis(json), JSON.stringify(isAnalysis.errors)).toBe(true);
  });
});

describe('the schemas', () => {
  it('refuse what the contract does not allow', () => {
    expect(isLine({ frame: 1 })).toBe(false);
    expect(isAnalysis({ packets: {} })).toBe(false);
  });
});
