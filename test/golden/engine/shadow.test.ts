// The engine in the place of real nodes: it hears what a real node of a capture heard and must say what that node said,
// octet by octet but for what Corosync leaves as garbage, and at the same time but for how late the node's timers are.
import { describe, expect, it } from 'vitest';
import { totemConfig } from '../../../protocol/totem/engine/config.ts';
import { capturedTotem } from '../../support/totem/captured.ts';
import { shadowOf, type Shadow } from '../../support/totem/shadow.ts';
import { refOf } from '../../support/totem/ring.ts';

interface Row {
  readonly scenario: string;
  readonly node: number;
  /** Messages that the real node sent. */
  readonly real: number;
  /** The process was killed then, µs since the first frame. */
  readonly until?: number;
  /** Real messages that the engine does not repeat, and messages of its own: races that the capture does not decide. */
  readonly unlike?: number;
  readonly keepsLeftovers?: boolean;
}

function shadow(row: Row, generation: 1 | 3): Shadow {
  const dialect = generation === 1 ? 'corosync-1' : 'corosync-3';
  const config = totemConfig({ token: 1000 }, 3, dialect);
  if (!config.ok) throw new Error(config.problem);
  return shadowOf(capturedTotem(row.scenario, generation === 1 ? 'bridge.pcap' : 'brA.pcap'), {
    self: refOf(row.node, dialect),
    address: generation === 1 ? `192.168.1.${row.node}` : `10.77.0.${row.node}`,
    dialect,
    config: config.value,
    lastRingSeq: 0n,
    // Timers of 1.4 run some 9 ms late on the wire.
    lateMs: generation === 1 ? 12 : 2,
    earlyMs: 8,
    // Twelve messages of whitetank synchronisation in a ring of one.
    ...(generation === 1 ? { unseen: 12 } : {}),
    keepsLeftovers: row.keepsLeftovers ?? false,
    ...(row.until === undefined ? {} : { until: row.until }),
  });
}

const summary = ({ pairs }: Shadow) => ({
  real: pairs.filter(({ real }) => real !== null).length,
  unlike: pairs.filter(({ real, ours }) => real === null || ours === null).length,
});
const worstLagMs = ({ pairs }: Shadow): number =>
  Math.max(...pairs.map(({ real, ours }) => (real === null || ours === null ? 0 : real.at - ours.at))) / 1000;

describe('in the place of a node of Corosync 3.1.7', () => {
  it.each<Row>([
    { scenario: 'c31-udp-form3', node: 1, real: 309 },
    { scenario: 'c31-udp-form3', node: 2, real: 262 },
    { scenario: 'c31-udp-form3', node: 3, real: 153 },
    { scenario: 'c31-udp-kill9', node: 1, real: 191 },
    { scenario: 'c31-udp-kill9', node: 2, real: 229 },
    { scenario: 'c31-udp-kill9', node: 3, real: 120, until: 4_290_000 },
    { scenario: 'c31-udp-sigstop3s', node: 3, real: 171 },
    { scenario: 'c31-udp-loss5', node: 3, real: 2881, unlike: 8 },
    // Node 2 answers joins that tell nothing new, and is answered by the real node, not by the engine.
    { scenario: 'c31-udp-mcast-blocked', node: 3, real: 43_776, unlike: 25 },
  ])('the engine says what it said: $scenario, node $node', (row) => {
    const said = shadow(row, 3);

    expect(summary(said)).toEqual({ real: row.real, unlike: row.unlike ?? 0 });
    expect(worstLagMs(said)).toBeLessThan(6);
  });
});

describe('in the place of a node of Corosync 1.4.2 (leftovers behind addresses are echoed, 8.3)', () => {
  it.each<Row>([
    { scenario: '01-corosync-2-then-3', node: 111, real: 341 },
    { scenario: '01-corosync-2-then-3', node: 112, real: 229, unlike: 1 },
    { scenario: '01-corosync-2-then-3', node: 114, real: 204 },
    { scenario: '03-corosync-kill9', node: 111, real: 307 },
    { scenario: '03-corosync-kill9', node: 112, real: 277 },
    { scenario: '06-corosync-clean-leave-and-return', node: 112, real: 292, unlike: 1 },
    { scenario: '06-corosync-clean-leave-and-return', node: 114, real: 282 },
    { scenario: '06-corosync-clean-leave-and-return', node: 114, real: 282, keepsLeftovers: true },
  ])('the engine says what it said: $scenario, node $node', (row) => {
    expect(summary(shadow(row, 1))).toEqual({ real: row.real, unlike: row.unlike ?? 0 });
  });
});
