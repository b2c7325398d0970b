// The requests to port 7000 that a capture holds, in the order in which they were sent.
import { createCaptureReader } from '../../protocol/pcap/capture-reader.ts';
import { createLocated, locate, What } from '../../protocol/net/locate.ts';
import { TcpOrder } from '../../protocol/net/tcp-order.ts';
import { SHEEP_PORT } from '../../protocol/sheep/node-entry.ts';
import type { SheepHeader } from '../../protocol/sheep/tcp-headers.ts';
import { createSheepStream } from '../../protocol/sheep/tcp-stream.ts';

const SYN = 0x02;

export function requestsIn(capture: Uint8Array): readonly SheepHeader[] {
  const found: SheepHeader[] = [];
  const directions = new Map<string, TcpOrder>();
  const located = createLocated();
  const follow = (): TcpOrder => {
    const stream = createSheepStream();
    return new TcpOrder((octets, length, source) => {
      const known = octets?.length ?? 0;
      const events = [
        ...(octets === null ? [] : stream.push('request', octets, source)),
        ...(known < length ? stream.skip('request', length - known, source) : []),
      ];
      for (const event of events) if (event.kind === 'header') found.push(event.header);
    });
  };
  const reader = createCaptureReader({
    frame(bytes, start, captured, _original, _time, linktype) {
      locate(bytes, start, captured, linktype, located);
      if (located.what !== What.TCP) return;
      const at = located.transportStart;
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
      if (view.getUint16(at + 2) !== SHEEP_PORT) return;
      const key = `${view.getUint32(located.srcOffset)}:${view.getUint16(at)}>${view.getUint32(located.dstOffset)}`;
      const seq = view.getUint32(at + 4);
      const head = (view.getUint8(at + 12) >>> 4) * 4;
      if ((view.getUint8(at + 13) & SYN) !== 0) {
        const order = follow();
        order.starts(seq);
        directions.set(key, order);
        return;
      }
      const total = view.getUint16(located.ipStart + 2);
      const length = total - (at - located.ipStart) - head;
      const end = Math.min(start + captured, at + head + length);
      directions.get(key)?.segment(seq, bytes.slice(at + head, end), length, 0);
    },
  });
  reader.push(capture);
  reader.finish();
  return found;
}
