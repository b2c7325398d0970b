// Every golden capture's rings and deliveries against what an independent decoder found.
import { describe, expect, it } from 'vitest';
import { timeText, wallClock } from '../../app/store/times.ts';
import { expectedOf, scenarios } from '../support/golden.ts';
import { openGolden } from '../support/open-golden.ts';

const cases = scenarios().flatMap((scenario) =>
  expectedOf(scenario).map((expected) => [scenario, expected.capture, expected] as const),
);

describe.each(cases)('%s %s', (scenario, _capture, expected) => {
  const { ingest } = openGolden(scenario, expected);
  const analysis = ingest.analysis();
  const time = (ns: number | null): string | null =>
    ns === null ? null : timeText(wallClock(ingest.table.epochNs, ns));

  it('names the rings, their members in ring order, and their times', () => {
    const rings = analysis.rings.map(({ id, rep, seq, members, committed, firstToken, lastToken, tokens }) => ({
      id,
      rep,
      seq: String(seq),
      members,
      committed: time(committed),
      firstToken: time(firstToken),
      lastToken: time(lastToken),
      tokens,
    }));
    // `membersPartial` marks rings whose commit token is not in the file; `committed` null says the same.
    expect(rings).toEqual(expected.rings.map(({ membersPartial: _, ...ring }) => ring));
  });

  it('counts multicasts, duplicates and requests', () => {
    const { mcasts, duplicatesOnWire, retransmitRequests } = analysis.delivery;
    expect({ mcasts, duplicatesOnWire, retransmitRequests }).toEqual(expected.delivery);
  });

  it('counts packets', () => {
    expect(analysis.packets).toEqual(expected.packets);
  });
});
