// UDP payloads of a golden capture, two-part IP datagrams joined: as little as the security tests need, independent of
// the project's own readers.
import { goldenBytes } from '../../../support/golden.ts';

const ETHERNET = 14;
const UDP = 8;

export interface Datagram {
  /** Number of the frame that completed it, from 1. */
  readonly frame: number;
  readonly payload: Uint8Array;
}

/** Every UDP payload of a little-endian pcap of Ethernet frames. */
export function datagramsOf(scenario: string, file: string): readonly Datagram[] {
  const bytes = goldenBytes(scenario, file);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const waiting = new Map<string, Uint8Array>();
  const out: Datagram[] = [];
  for (let at = 24, frame = 1; at + 16 <= bytes.length; frame++) {
    const start = at + 16;
    at = start + view.getUint32(at + 8, true);
    const ip = start + ETHERNET;
    if (view.getUint16(start + 12) !== 0x0800 || bytes[ip + 9] !== 17) continue;
    const body = bytes.subarray(ip + ((bytes[ip] ?? 0) & 15) * 4, ip + view.getUint16(ip + 2));
    const fragment = view.getUint16(ip + 6) & 0x3fff;
    const id = `${view.getUint32(ip + 12)} ${view.getUint16(ip + 4)}`;
    if (fragment === 0) out.push({ frame, payload: body.subarray(UDP) });
    else if ((fragment & 0x1fff) === 0) waiting.set(id, body);
    else {
      const first = waiting.get(id);
      if (first === undefined || first.length !== (fragment & 0x1fff) * 8) continue;
      waiting.delete(id);
      out.push({ frame, payload: new Uint8Array([...first, ...body]).subarray(UDP) });
    }
  }
  return out;
}
