// A client of the sheep in the world: one request on one connection, as collie does it; and what a virtual machine's
// block driver does, many requests on one.
import { concatBytes } from '../../../protocol/base/bytes.ts';
import {
  encodeSheepHeader,
  makeHeader,
  readSheepHeader,
  SHEEP_HEADER_OCTETS,
} from '../../../protocol/sheep/tcp-headers.ts';
import type { SheepHeader } from '../../../protocol/sheep/tcp-headers.ts';
import type { World, WorldNode } from './world.ts';

export interface Response {
  readonly header: SheepHeader;
  readonly data: Uint8Array;
}

export interface Asked {
  answer: Response | null;
  isOver: boolean;
  close(): void;
}

/**
 * Asks and does not wait; the answer is there when it has come, null when the connection broke first. `whenOver` is
 * called once, at either.
 */
export function ask(
  world: World,
  to: WorldNode,
  request: SheepHeader,
  data: Uint8Array = new Uint8Array(0),
  whenOver: (answer: Response | null) => void = () => undefined,
): Asked {
  const asked: Asked = { answer: null, isOver: false, close: () => connection.close() };
  const parts: Uint8Array[] = [];
  let have = 0;
  let wanted = SHEEP_HEADER_OCTETS;
  const connection = world.connect(to, to, {
    onOpen: () => connection.send([encodeSheepHeader(request), data]),
    onData: (octets) => {
      parts.push(octets);
      have += octets.length;
      if (have < wanted) return;
      const whole = concatBytes(parts);
      const read = readSheepHeader('response', whole, 0);
      if (!read.ok) return;
      wanted = SHEEP_HEADER_OCTETS + read.value.dataLength;
      if (have < wanted) return;
      asked.answer = { header: read.value, data: whole.subarray(SHEEP_HEADER_OCTETS) };
      asked.isOver = true;
      connection.close();
      whenOver(asked.answer);
    },
    onClosed: () => {
      if (asked.isOver) return;
      asked.isOver = true;
      whenOver(null);
    },
  });
  return asked;
}

/** Asks and lets the world run until the answer; null where there is none within `micros`. */
export function request(
  world: World,
  to: WorldNode,
  opcode: number,
  fields: { readonly [name: string]: number | bigint } = {},
  data: Uint8Array = new Uint8Array(0),
  micros = 60_000_000,
): Response | null {
  const header = makeHeader(
    'request',
    opcode,
    data.length > 0 ? { dataLength: data.length, flags: 1, ...fields } : fields,
  );
  const asked = ask(world, to, header, data);
  world.runUntil(() => asked.isOver, micros);
  return asked.answer;
}
