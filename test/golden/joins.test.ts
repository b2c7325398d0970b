// The lists of joins, requests for retransmission and timers of real captures, held against what is known of them.
import { describe, expect, it } from 'vitest';
import { expectedOf } from '../support/golden.ts';
import { openGolden } from '../support/open-golden.ts';
import type { Analysis } from '../../app/analysis/result.ts';

function analysisOf(scenario: string): Analysis {
  const [expected] = expectedOf(scenario);
  if (expected === undefined) throw new Error('no expectation');
  return openGolden(scenario, expected).ingest.analysis();
}

describe('after a kill', () => {
  const [A, B, C] = [1862379712, 1879156928, 1912711360];
  const { joinLists, timers } = analysisOf('03-corosync-kill9');

  it('the survivors give the killed node up when their consensus timer ends', () => {
    const given = joinLists.filter(({ failed, nodeid }) => failed.includes(C ?? 0) && nodeid !== C);

    expect(given.map(({ nodeid }) => nodeid)).toEqual([A, B]);
    expect(given.map(({ proc }) => proc)).toEqual([
      [A, B, C],
      [A, B, C],
    ]);
  });

  it('its timers are those of a token timeout of a second', () => {
    expect(timers).toMatchObject({ isConfigured: false, join: 50 });
    expect(Math.abs((timers?.token ?? 0) - 1000)).toBeLessThan(60);
    expect(Math.abs((timers?.consensus ?? 0) - 1200)).toBeLessThan(70);
  });
});

it('a ring of five has a longer token timeout, and the packets tell it', () => {
  // Corosync 3 adds 650 ms for each node beyond two: what was seen to run out was 2.95 s after the last token.
  expect(Math.abs((analysisOf('c31-udp-partition2-3').timers?.token ?? 0) - 2950)).toBeLessThan(200);
});

it.each(['05-corosync-loss-5pct', 'c31-udp-loss5', 'c31-udp-mcast-blocked'])(
  '%s: every request is written down when it is first made',
  (scenario) => {
    const { requests, delivery } = analysisOf(scenario);
    const byNode = new Map<number, number>();
    for (const nodeid of requests.nodeid) byNode.set(nodeid, (byNode.get(nodeid) ?? 0) + 1);

    expect(requests.omitted).toBe(0);
    expect([...byNode].map(([nodeid, count]) => ({ nodeid, count })).sort((a, b) => a.nodeid - b.nodeid)).toEqual(
      delivery.retransmitRequests,
    );
    expect([...requests.timeNs].every((time, i) => i === 0 || time >= (requests.timeNs[i - 1] ?? 0))).toBe(true);
  },
);

it('a node that leaves says so in its last join', () => {
  const { joinLists } = analysisOf('06-corosync-clean-leave-and-return');

  expect(joinLists.filter(({ isLeave }) => isLeave).map(({ nodeid }) => nodeid)).toEqual([1862379712]);
});
