// Captures as other vantage points would have them: each frame more than once, as several ports of a switch or "any"
// show it, and cut to 96 octets, as tcpdump -s 96 does. Made of golden ones; what can be told must not differ.
import { describe, expect, it } from 'vitest';
import { createIngest } from '../../app/session/ingest.ts';
import type { Analysis } from '../../app/analysis/result.ts';
import { expectedOf, goldenBytes } from '../support/golden.ts';

const FILE_HEADER = 24;
const RECORD_HEADER = 16;
const SNAP = 96;

/** Every record of a little-endian pcap three times, a few microseconds apart. */
function thrice(capture: Uint8Array): Uint8Array {
  const view = new DataView(capture.buffer, capture.byteOffset, capture.byteLength);
  const parts: Uint8Array[] = [capture.subarray(0, FILE_HEADER)];
  for (let at = FILE_HEADER; at < capture.length;) {
    const end = at + RECORD_HEADER + view.getUint32(at + 8, true);
    for (const laterUs of [0, 1, 2]) {
      const record = capture.slice(at, end);
      const micros = Math.min(999_999, view.getUint32(at + 4, true) + laterUs);
      new DataView(record.buffer).setUint32(4, micros, true);
      parts.push(record);
    }
    at = end;
  }
  return new Uint8Array(Buffer.concat(parts));
}

/** The records of a little-endian pcap as a snap length of 96 leaves them. */
function cut(capture: Uint8Array, snap = SNAP): Uint8Array {
  const view = new DataView(capture.buffer, capture.byteOffset, capture.byteLength);
  const parts: Uint8Array[] = [capture.subarray(0, FILE_HEADER)];
  for (let at = FILE_HEADER; at < capture.length;) {
    const captured = view.getUint32(at + 8, true);
    const kept = capture.slice(at, at + RECORD_HEADER + Math.min(captured, snap));
    new DataView(kept.buffer).setUint32(8, Math.min(captured, snap), true);
    parts.push(kept);
    at += RECORD_HEADER + captured;
  }
  return new Uint8Array(Buffer.concat(parts));
}

/** The records of a little-endian pcap from so many seconds after the first on. */
function from(capture: Uint8Array, seconds: number): Uint8Array {
  const view = new DataView(capture.buffer, capture.byteOffset, capture.byteLength);
  const timeOf = (at: number): number => view.getUint32(at, true) + view.getUint32(at + 4, true) / 1e6;
  let at = FILE_HEADER;
  while (at < capture.length && timeOf(at) - timeOf(FILE_HEADER) < seconds)
    at += RECORD_HEADER + view.getUint32(at + 8, true);
  return new Uint8Array(Buffer.concat([capture.subarray(0, FILE_HEADER), capture.subarray(at)]));
}

/** The records of a little-endian Ethernet pcap that a host sees: multicasts, and what goes to it or comes from it. */
function seenBy(capture: Uint8Array, host: number): Uint8Array {
  const view = new DataView(capture.buffer, capture.byteOffset, capture.byteLength);
  const parts: Uint8Array[] = [capture.subarray(0, FILE_HEADER)];
  for (let at = FILE_HEADER; at < capture.length;) {
    const end = at + RECORD_HEADER + view.getUint32(at + 8, true);
    const [src, dst, isGroup] = [capture[at + 45], capture[at + 49], (capture[at + 46] ?? 0) >= 224];
    if (isGroup || src === host || dst === host) parts.push(capture.subarray(at, end));
    at = end;
  }
  return new Uint8Array(Buffer.concat(parts));
}

/** A little-endian pcap whose clock is set back by so many seconds, so many seconds after the first packet. */
function setBack(capture: Uint8Array, seconds: number, by: number): Uint8Array {
  const copy = capture.slice();
  const view = new DataView(copy.buffer);
  const start = view.getUint32(FILE_HEADER, true) + view.getUint32(FILE_HEADER + 4, true) / 1e6;
  for (let at = FILE_HEADER; at < copy.length; at += RECORD_HEADER + view.getUint32(at + 8, true)) {
    const time = view.getUint32(at, true) + view.getUint32(at + 4, true) / 1e6;
    if (time - start < seconds) continue;
    view.setUint32(at, Math.floor(time - by), true);
    view.setUint32(at + 4, Math.floor(((time - by) % 1) * 1e6), true);
  }
  return copy;
}

/** Its records in order, with the one at `index` so many places later. */
function lateBy(capture: Uint8Array, index: number, places: number): Uint8Array {
  const view = new DataView(capture.buffer, capture.byteOffset, capture.byteLength);
  const records: Uint8Array[] = [];
  for (let at = FILE_HEADER, end = at; at < capture.length; at = end) {
    end = at + RECORD_HEADER + view.getUint32(at + 8, true);
    records.push(capture.subarray(at, end));
  }
  const [late] = records.splice(index, 1);
  if (late !== undefined) records.splice(index + places, 0, late);
  return new Uint8Array(Buffer.concat([capture.subarray(0, FILE_HEADER), ...records]));
}

/** A little-endian pcap without this share of its records, as chance has it: another for each seed. */
function without(capture: Uint8Array, share: number, seed: number): Uint8Array {
  const view = new DataView(capture.buffer, capture.byteOffset, capture.byteLength);
  const parts: Uint8Array[] = [capture.subarray(0, FILE_HEADER)];
  let chance = seed;
  for (let at = FILE_HEADER, end = at; at < capture.length; at = end) {
    end = at + RECORD_HEADER + view.getUint32(at + 8, true);
    chance = (chance * 1_664_525 + 1_013_904_223) >>> 0;
    if (chance / 2 ** 32 >= share) parts.push(capture.subarray(at, end));
  }
  return new Uint8Array(Buffer.concat(parts));
}

/** A little-endian pcap whose clock is set forward by so many seconds before the record at `index`. */
function setForward(capture: Uint8Array, index: number, by: number): Uint8Array {
  const copy = capture.slice();
  const view = new DataView(copy.buffer);
  let number = 0;
  for (let at = FILE_HEADER; at < copy.length; at += RECORD_HEADER + view.getUint32(at + 8, true))
    if (number++ >= index) view.setUint32(at, view.getUint32(at, true) + by, true);
  return copy;
}

function analysed(bytes: Uint8Array): Analysis {
  const ingest = createIngest({ keys: [] });
  ingest.push(bytes);
  ingest.finish();
  return ingest.analysis();
}

const CASES = [
  ['03-corosync-kill9', 'bridge.pcap'],
  ['c31-udp-kill9', 'brA.pcap'],
  ['c31-udpu-form3', 'brA.pcap'],
] as const;

describe.each(CASES)('%s, each frame three times', (scenario, file) => {
  const once = analysed(goldenBytes(scenario, file));
  const again = analysed(thrice(goldenBytes(scenario, file)));

  it('has three times the packets, and the same story', () => {
    const story = ({ transitions }: Analysis) =>
      transitions.map(({ nodeid, from, to, gatherFrom, certainty }) => [nodeid, from, to, gatherFrom, certainty]);

    expect(again.packets.relevant).toBe(3 * once.packets.relevant);
    expect(story(again)).toEqual(story(once));
    expect(again.rings.map(({ tokens }) => tokens)).toEqual(once.rings.map(({ tokens }) => 3 * tokens));
  });

  it('counts and delivers the same', () => {
    const withoutTimes = (analysis: Analysis) =>
      [...analysis.counters].map(([node, { mtt_rx_token, time_since_token_last_received, ...counts }]) => [
        node,
        counts,
        mtt_rx_token === null,
        time_since_token_last_received === null,
      ]);

    expect(again.delivery).toEqual(once.delivery);
    expect(withoutTimes(again)).toEqual(withoutTimes(once));
    expect(again.findings.map(({ rule, culprits }) => [rule, culprits])).toEqual(
      once.findings.map(({ rule, culprits }) => [rule, culprits]),
    );
  });
});

describe.each(CASES)('%s, cut to 96 octets', (scenario, file) => {
  const whole = expectedOf(scenario)[0];
  const analysis = analysed(cut(goldenBytes(scenario, file)));

  it('still shows every token, and which rings turned when', () => {
    expect(analysis.packets.byKind['orf_token']).toBe(whole?.packets.byKind['orf_token']);
    expect(analysis.packets.relevant).toBe(whole?.packets.relevant);
    expect(analysis.rings.map(({ id, tokens }) => [id, tokens])).toEqual(
      whole?.rings.filter(({ firstToken }) => firstToken !== null).map(({ id, tokens }) => [id, tokens]),
    );
  });

  it('blames nobody for what was cut, and says that it was', () => {
    const rules = analysis.findings.map(({ rule }) => rule);
    expect(rules).not.toContain('malformed-traffic');
    expect(analysis.findings.find(({ rule }) => rule === 'capture-incomplete')?.says).toContain('snap length');
  });
});

describe('a capture that begins in the middle', () => {
  const wrongIn = (scenario: string, file: string, seconds: number) =>
    analysed(from(goldenBytes(scenario, file), seconds)).findings.filter(({ severity }) => severity !== 'info');
  const killed = analysed(goldenBytes('c31-udp-kill9', 'brA.pcap')).findings.find(({ rule }) => rule === 'node-dead');
  const killedAt = (killed?.time ?? 0) / 1e9;

  it.each([-0.5, 0.2, 1, 2])('%s s after a node died: it names the node, less surely, and says why', (later) => {
    const wrong = wrongIn('c31-udp-kill9', 'brA.pcap', killedAt + later);

    expect(wrong.map(({ rule, culprits }) => [rule, culprits])).toEqual([
      ['node-dead', [3]],
      ['token-loss', [3]],
    ]);
    if (later < 0) return;
    expect(wrong[0]?.confidence).toBeLessThan(0.6);
    expect(wrong[0]?.evidence.map(({ says }) => says).join()).toContain('nothing of it is in this capture before');
  });

  it('among joins: says that their reason lies before it', () => {
    const { findings } = analysed(from(goldenBytes('c31-udp-kill9', 'brA.pcap'), killedAt + 2));
    const says = findings.find(({ rule }) => rule === 'capture-incomplete')?.says;
    expect(says).toContain(
      'it begins while nodes gather, and why they do lies before it, among them what became of node 3',
    );
  });

  it('after the node was given up: blames nobody, since it may have left', () => {
    const given = analysed(goldenBytes('c31-udp-partition2-3', 'brA.pcap')).joinLists.find(
      ({ failed }) => failed.length > 0,
    );
    const { findings } = analysed(from(goldenBytes('c31-udp-partition2-3', 'brA.pcap'), (given?.time ?? 0) / 1e9));

    expect(findings.filter(({ severity }) => severity !== 'info')).toEqual([]);
  });

  it.each([
    ['01-corosync-2-then-3', 'bridge.pcap'],
    ['06-corosync-clean-leave-and-return', 'bridge.pcap'],
    ['c24-udp-form3', 'brA.pcap'],
    ['c31-udp-form3', 'brA.pcap'],
    ['c31-udpu-form3', 'brA.pcap'],
    ['c31-knet-form3', 'brA.pcap'],
  ])('%s: is healthy wherever it begins', (scenario, file) => {
    const all = analysed(goldenBytes(scenario, file));
    const moments = all.joinLists.map(({ time }) => time / 1e9);
    const begins = [0.5, 3, 6, 9, ...moments.flatMap((at) => [at - 0.01, at + 0.0001])].filter((at) => at > 0);

    expect(begins.filter((at) => wrongIn(scenario, file, at).length > 0)).toEqual([]);
  });
});

describe('a capture of one host', () => {
  it.each([1, 3])(
    '%i: blames for lost packets whom the switch shows, and no neighbour for hops that it cannot see',
    (host) => {
      const { findings } = analysed(seenBy(goldenBytes('c31-udp-loss5', 'brA.pcap'), host));
      const hops = findings.filter(({ rule }) => rule === 'token-retransmitted');

      expect(findings.filter(({ rule }) => rule === 'packet-loss').map(({ culprits }) => culprits)).toEqual([[2]]);
      const behind = hops.filter(({ cause }) => cause?.includes('any hop behind') === true);

      expect(behind.length).toBeGreaterThan(0);
      expect(behind.map(({ confidence }) => confidence)).toEqual(behind.map(() => 0.5));
    },
  );
});

describe('a capture whose clock was set back', () => {
  it.each([
    ['06-corosync-clean-leave-and-return', 'bridge.pcap', 9],
    ['c31-udp-form3', 'brA.pcap', 4],
    ['c31-knet-form3', 'brA.pcap', 4],
  ])('%s: gives no warning, and says where', (scenario, file, at) => {
    const { findings } = analysed(setBack(goldenBytes(scenario, file), at, 8));

    expect(findings.filter(({ severity }) => severity !== 'info')).toEqual([]);
    expect(findings.find(({ rule }) => rule === 'capture-incomplete')?.says).toMatch(/1 packet stamped before/);
  });

  const KILL9 = goldenBytes('c31-udp-kill9', 'brA.pcap');
  /** Seconds: node 3 is silent from here on. */
  const silent = (analysed(KILL9).findings.find(({ rule }) => rule === 'node-dead')?.time ?? 0) / 1e9;

  it.each([
    ['before', 1, 0.3, 'failure'],
    ['by little, while the others wait for it', silent + 0.6, 0.2, 'failure'],
    ['by much of the time that they wait', silent + 0.6, 0.9, 'info'],
  ])('and a node that dies: %s', (_when, at, by, severity) => {
    const { findings } = analysed(setBack(KILL9, at, by));
    const dead = findings.find(({ rule }) => rule === 'node-dead');

    expect([dead?.severity, dead?.culprits]).toEqual([severity, [3]]);
  });
});

describe('retransmit lists that the snap length cut off', () => {
  const lossIn = (name: string) =>
    analysed(cut(goldenBytes(name, 'brA.pcap'), 110)).findings.find(({ rule }) => rule === 'packet-loss');

  it('are told by their lengths, without a culprit, less surely, and what was cut', () => {
    const loss = lossIn('c31-udp-loss5');
    expect(loss).toMatchObject({ severity: 'warning', culprits: [] });
    expect(loss?.confidence).toBeLessThan(0.5);
    expect(loss?.says).toMatch(/tokens .* ask for multicasts .* cut off by the snap length/);
  });

  it('are the consequence where the node that asks is known to be deaf', () => {
    const { findings } = analysed(cut(goldenBytes('c31-udp-mcast-blocked', 'brA.pcap'), 110));
    const told = findings.filter(({ severity }) => severity !== 'info').map(({ rule, culprits }) => [rule, culprits]);
    expect(told).toContainEqual(['multicast-deaf', [2]]);
    expect(told.map(([rule]) => rule)).not.toContain('packet-loss');
  });

  it.each(['c31-udp-form3', 'c24-udp-sha256only-form3'])('%s: are none where none were asked for', (name) => {
    expect(lossIn(name)).toBeUndefined();
  });
});

describe('a healthy capture', () => {
  const wrongOf = (bytes: Uint8Array): readonly string[] =>
    analysed(bytes)
      .findings.filter(({ severity }) => severity !== 'info')
      .map(({ rule }) => rule);
  it('stays so where any one packet comes three places late', () => {
    const bytes = goldenBytes('c24-udp-sha256only-form3', 'brA.pcap');
    const synchronising = Array.from({ length: 50 }, (_, i) => 130 + i);
    expect(synchronising.flatMap((index) => wrongOf(lateBy(bytes, index, 3)))).toEqual([]);
  });

  it('of knet has no link down where frames are missing in it, some pongs in a row too', () => {
    const bytes = goldenBytes('c31-knet-form3', 'brA.pcap');
    const seeds = Array.from({ length: 60 }, (_, i) => (i + 1) * 7919);
    expect(seeds.flatMap((seed) => wrongOf(without(bytes, 0.06, seed)))).not.toContain('link-down');
  });

  it.each(['c31-udp-form3', 'c31-knet-form3', 'c24-udp-form3'])(
    '%s stays so where its clock is set forward',
    (name) => {
      const bytes = goldenBytes(name, 'brA.pcap');
      const indices = Array.from({ length: 12 }, (_, i) => 15 * i + 1);
      expect(indices.flatMap((index) => wrongOf(setForward(bytes, index, 12 + index ** 2)))).toEqual([]);
    },
  );

  it('whose clock was set forward says so, and keeps the times of its rotations', () => {
    const { findings, rotation } = analysed(setForward(goldenBytes('c31-udp-form3', 'brA.pcap'), 250, 3600));
    expect(findings.find(({ rule }) => rule === 'capture-incomplete')?.says).toMatch(
      /stamped 36\d\d\.\d+ s after .* set forward/,
    );
    expect(rotation.idle.max).toBeLessThan(1000);
  });
});

describe('a node that died', () => {
  it('is told of all the same where the clock is set forward elsewhere', () => {
    const told = analysed(setForward(goldenBytes('c31-udp-kill9', 'brA.pcap'), 120, 3600)).findings;
    expect(told.filter(({ severity }) => severity === 'failure').map(({ rule, culprits }) => [rule, culprits])).toEqual(
      [
        ['node-dead', [3]],
        ['token-loss', [3]],
      ],
    );
  });
});
