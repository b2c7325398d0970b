// Captures with a short snap length, as tcpdump -s 96 makes them: what is there is read, and what is not is no fault of
// whoever sent it.
import { describe, expect, it } from 'vitest';
import { createIngest } from '../../app/session/ingest.ts';
import type { Analysis } from '../../app/analysis/result.ts';
import { expectedOf, goldenBytes } from '../support/golden.ts';

const FILE_HEADER = 24;
const RECORD_HEADER = 16;
const SNAP = 96;

/** The records of a little-endian pcap as a snap length of 96 leaves them. */
function cut(capture: Uint8Array): Uint8Array {
  const view = new DataView(capture.buffer, capture.byteOffset, capture.byteLength);
  const parts: Uint8Array[] = [capture.subarray(0, FILE_HEADER)];
  for (let at = FILE_HEADER; at < capture.length;) {
    const captured = view.getUint32(at + 8, true);
    const kept = capture.slice(at, at + RECORD_HEADER + Math.min(captured, SNAP));
    new DataView(kept.buffer).setUint32(8, Math.min(captured, SNAP), true);
    parts.push(kept);
    at += RECORD_HEADER + captured;
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
])('%s, cut to 96 octets', (scenario, file) => {
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
