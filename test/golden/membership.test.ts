// The membership analysis against the records of the real nodes: state lines of their logs, their counters, the
// memberships that they announced. Every case is exact but for what is said where it is compared.
import { describe, expect, it } from 'vitest';
import type { Counters } from '../../app/analysis/result.ts';
import {
  compareStates,
  filesOf,
  folderOf,
  jsonOf,
  loggedStates,
  readMembership,
  scenariosOf,
  type ModernTruth,
  type OneTruth,
} from './membership-truth.ts';

interface Expected {
  readonly capture: string;
  readonly keys: readonly string[];
}

/** What a node counts of itself and its membership. */
const OWN_COUNTERS = [
  'gather_entered',
  'commit_entered',
  'recovery_entered',
  'operational_entered',
  'operational_token_lost',
  'gather_token_lost',
  'commit_token_lost',
  'recovery_token_lost',
  'consensus_timeouts',
  'continuous_gather',
  'memb_join_tx',
  'memb_commit_token_tx',
  'memb_commit_token_rx',
  'orf_token_tx',
];
/** What goes on while the counters are read, so that they may be a few off. */
const TRAFFIC_COUNTERS = [
  'orf_token_rx',
  'memb_merge_detect_tx',
  'memb_merge_detect_rx',
  'memb_join_rx',
  'mcast_tx',
  'mcast_rx',
  'mcast_retx',
  'token_hold_cancel_tx',
  'token_hold_cancel_rx',
];
const TRAFFIC_OFF_MAX = 3;

/** Where the wire does not tell, and why. */
const NOT_TOLD: ReadonlyMap<string, string> = new Map([
  ['c31-knet-form3 n1 memb_join_rx', 'knet drops what comes over a link that it does not take for up yet'],
  [
    'c31-udp-partition2-3 n4 consensus_timeouts',
    'its timer ran out 50 µs after the join that would have told it the same',
  ],
]);

const ones = scenariosOf(/^\d/);
const modern = scenariosOf(/^c/);

describe.each(ones)('%s', (scenario) => {
  const truth = jsonOf(scenario, 'truth.json') as OneTruth;
  const { capture, keys } = jsonOf(scenario, 'expected.json') as Expected;
  const { result, ms } = readMembership(folderOf(scenario), capture, keys);
  const logs = filesOf(scenario, /^corosync-ms-\d+\.log$/);

  it.each(logs)('shows every state line of %s with its reason, and no other', (log) => {
    const host = /(\d+)\.log/.exec(log)?.[1] ?? '';
    const nodeid = truth.nodes.find(({ ip }) => ip.endsWith(`.${host}`))?.nodeid;
    const own = result.transitions.filter((transition) => transition.nodeid === nodeid);
    const agreement = compareStates(loggedStates(`${folderOf(scenario)}/${log}`), own, ms);
    expect(agreement.missed).toEqual([]);
    expect(agreement.extra).toEqual([]);
    expect(agreement.lines).toBeGreaterThan(4);
  });

  it('counts what the nodes have counted', () => {
    const compared = truth.nodes.flatMap(({ nodeid, ip }) => {
      const told = truth.corosync_counters?.['after']?.[ip.slice(ip.lastIndexOf('.') + 1)];
      const ours = result.counters.get(nodeid);
      if (told === undefined || ours === undefined) return [];
      return OWN_COUNTERS.filter((name) => name in told).map(
        (name) => [`${ip} ${name}`, ours[name], told[name]] as const,
      );
    });
    expect(compared.filter(([, ours, told]) => ours !== told)).toEqual([]);
    expect(compared.length).toBeGreaterThan(20);
  });
});

/** Both sides of a partition have a capture of their own. */
function capturesOf(
  scenario: string,
  { nodes }: ModernTruth,
  expected: Expected,
): readonly [string, readonly string[]][] {
  const named = (side: string): readonly string[] =>
    nodes.filter((node) => node.side === side).map((node) => node.name);
  const first: [string, readonly string[]] = [expected.capture, named('A')];
  return filesOf(scenario, /^brB/).length === 0 ? [first] : [first, ['brB.pcap', named('B')]];
}

function numbersOf(stats: ModernTruth['stats_after'], node: string): Counters {
  const entries = Object.entries(stats[node] ?? {}).filter(([key]) =>
    /^(stats|runtime\.totem\.pg\.mrp)\.srp\./.test(key),
  );
  return Object.fromEntries(entries.map(([key, value]) => [key.slice(key.lastIndexOf('.') + 1), Number(value)]));
}

const cases = modern.flatMap((scenario) => {
  const truth = jsonOf(scenario, 'truth.json') as ModernTruth;
  const expected = jsonOf(scenario, 'expected.json') as Expected;
  return capturesOf(scenario, truth, expected).map(([capture, names]) => ({
    scenario,
    capture,
    names,
    truth,
    expected,
  }));
});

describe.each(cases)('$scenario $capture', ({ scenario, capture, names, truth, expected }) => {
  const span = [truth.stats_before_ms, truth.stats_after_ms];
  const { result, at, ms } = readMembership(folderOf(scenario), capture, expected.keys, span);
  const nodes = truth.nodes.filter(({ name }) => names.includes(name));
  const isGone = (nodeid: number): boolean =>
    truth.events.some(
      ({ what, node, t_ms: t }) => node === nodeid && /^(start|SIGKILL)$/.test(what) && t > truth.stats_before_ms,
    );

  it('counts what the nodes have counted between two readings', () => {
    // 2.4 refreshes its counters every 1.5 s only: its first reading, just after formation, is of an earlier moment.
    const isSlow = truth.corosync.startsWith('2.');
    const off: string[] = [];
    let compared = 0;
    for (const { name, nodeid } of nodes.filter((node) => !isGone(node.nodeid))) {
      const [before, after] = [numbersOf(truth.stats_before, name), numbersOf(truth.stats_after, name)];
      for (const counter of [...OWN_COUNTERS, ...TRAFFIC_COUNTERS]) {
        const [first, last] = [at[0]?.get(nodeid)?.[counter], at[1]?.get(nodeid)?.[counter]];
        const [toldFirst, toldLast] = [before[counter], after[counter]];
        if (first == null || last == null || toldFirst == null || toldLast == null) continue;
        if (NOT_TOLD.has(`${scenario} ${name} ${counter}`)) continue;
        const isOwn = OWN_COUNTERS.includes(counter);
        if (isSlow && !isOwn) continue;
        const ours = isSlow ? last : last - first;
        const told = isSlow ? toldLast : toldLast - toldFirst;
        compared++;
        if (Math.abs(ours - told) > (isOwn ? 0 : TRAFFIC_OFF_MAX)) off.push(`${name} ${counter} ${ours}, not ${told}`);
      }
    }
    expect(off).toEqual([]);
    expect(compared).toBeGreaterThan(isSlow ? 20 : 30);
  });

  it.each(nodes)('installs the memberships that $name announced', ({ nodeid, name }) => {
    const repOf = (text: string): number => truth.nodes.find(({ addr }) => addr === text)?.nodeid ?? Number(text);
    const announced = truth.log_events.flatMap(({ t_ms: t, node, log }) => {
      // 3.x writes REP.SEQ with a hexadecimal seq, 2.4 ADDRESS:SEQ.
      const found = /A new membership \((?:(\d+)\.([0-9a-f]+)|([\d.]+):(\d+))\) was formed/.exec(log);
      if (node !== nodeid || found === null) return [];
      const [, rep = '', hex, address = '', decimal] = found;
      const ring = hex === undefined ? `${repOf(address)}:${decimal}` : `${rep}:${parseInt(hex, 16)}`;
      return [{ t, ring }];
    });
    const installed = result.transitions
      .filter((transition) => transition.nodeid === nodeid && transition.to === 'operational')
      .map(({ time, ring }) => ({ t: ms(time), ring }));
    // Of a ring with itself alone the wire shows neither token nor commit token.
    const shown = announced.filter(
      ({ ring }) => !(ring.startsWith(`${nodeid}:`) && !result.rings.some(({ id }) => id === ring)),
    );
    expect(
      installed.map(({ ring }) => ring),
      name,
    ).toEqual(shown.map(({ ring }) => ring));
    const late = truth.corosync.startsWith('2.') ? 1000 : 60;
    for (const [i, { t }] of installed.entries()) expect(Math.abs((shown[i]?.t ?? 0) - t)).toBeLessThan(late);
  });
});
