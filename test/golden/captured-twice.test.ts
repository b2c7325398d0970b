// A capture on several ports of a switch, or on "any", holds every frame more than once: it is read frame by frame, and
// what is concluded is the same as from one copy of each.
import { describe, expect, it } from 'vitest';
import { createIngest } from '../../app/session/ingest.ts';
import type { Analysis } from '../../app/analysis/result.ts';
import { goldenBytes } from '../support/golden.ts';

const FILE_HEADER = 24;
const RECORD_HEADER = 16;

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

function analysed(bytes: Uint8Array): Analysis {
  const ingest = createIngest({ keys: [] });
  ingest.push(bytes);
  ingest.finish();
  return ingest.analysis();
}

describe.each([
  ['03-corosync-kill9', 'bridge.pcap'],
  ['c31-udp-kill9', 'brA.pcap'],
  ['c31-udpu-form3', 'brA.pcap'],
])('%s, each frame three times', (scenario, file) => {
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
