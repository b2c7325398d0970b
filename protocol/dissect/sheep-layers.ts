// The headers of sheepdog's requests and responses in one TCP payload, as fields with their bytes.
import { viewOf } from '../base/bytes.ts';
import { operationName, resultText } from '../sheep/operations.ts';
import { SHEEP_HEADER_OCTETS, sheepHeaderJson, walkSheepHeader } from '../sheep/tcp-headers.ts';
import type { SheepHeaderSeen } from '../sheep/tcp-stream.ts';
import type { Layer } from './dissection.ts';

function summaryOf({ side, header, request }: SheepHeaderSeen): string {
  if (side === 'request') return `sheepdog request ${operationName(header.opcode)}, epoch ${header.epoch}`;
  const result = sheepHeaderJson(header)['result'];
  const answers = request === null ? '' : ` to ${operationName(request.header.opcode)} of frame ${request.last + 1}`;
  return `sheepdog response${answers}${typeof result === 'number' ? `: ${resultText(result)}` : ''}`;
}

/**
 * The layer of a header that ends in a frame; `at` is where it begins in `frame`. One that began in an earlier frame,
 * or that the snap length cut, is shown by its summary and what there is of it.
 */
export function sheepLayer(frame: Uint8Array, seen: SheepHeaderSeen, at: number, source: number): Layer {
  const begins = Math.max(0, at);
  const isWhole = at >= 0 && at + SHEEP_HEADER_OCTETS <= frame.length;
  const end = Math.min(frame.length, Math.max(begins, at + SHEEP_HEADER_OCTETS));
  const view = viewOf(frame.subarray(0, end));
  const fields = at >= 0 ? walkSheepHeader(seen.header, view, at, '') : [];
  const says = at < 0 ? 'the header began in an earlier frame' : 'the snap length cut the header';
  const problem = isWhole ? null : { kind: 'truncated', at: end, says };
  return { name: 'sheep', summary: summaryOf(seen), source, offset: begins, length: end - begins, fields, problem };
}
