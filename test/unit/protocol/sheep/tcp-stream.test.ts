// The stream reader: headers, what follows them, which response answers which request, and what gaps and garbage do.
import { describe, expect, test } from 'vitest';
import { concatBytes } from '../../../../protocol/base/bytes.ts';
import {
  createSheepStream,
  PENDING_REQUESTS_MAX,
  SEARCHED_RUNS_MAX,
  type SheepStreamEvent,
} from '../../../../protocol/sheep/tcp-stream.ts';

const READ = 0x02;
const WRITE = 0x03;
const GET_NODE_LIST = 0x82;

/** A header with that much data, of which none is here. */
function header(
  opcode: number,
  fields: { id?: number; flags?: number; length?: number; result?: number } = {},
): Uint8Array {
  const view = new DataView(new ArrayBuffer(48));
  view.setUint8(1, opcode);
  view.setUint16(2, fields.flags ?? 0, true);
  view.setUint32(8, fields.id ?? 0, true);
  view.setUint32(12, fields.length ?? 0, true);
  view.setUint32(16, fields.result ?? 0, true);
  return new Uint8Array(view.buffer);
}

/** One line per event. */
function lines(events: readonly SheepStreamEvent[]): readonly string[] {
  return events.map((event) => {
    if (event.kind === 'lost') return `lost ${event.side} at ${event.at}: ${event.reason}`;
    if (event.kind === 'stopped') return `stopped ${event.side} at ${event.at}`;
    const {
      side,
      header: { opcode, id },
      at,
      following,
      first,
      last,
      request,
    } = event;
    const answers = side === 'request' ? '' : ` answers ${request?.at ?? '?'}`;
    return `${side} ${opcode}/${id} at ${at} +${following} in ${first}-${last}${answers}`;
  });
}

const garbage = new Uint8Array(100).fill(0xee);

describe('whole streams', () => {
  test('data follows a request only with WRITE, a response whenever it says so', () => {
    const stream = createSheepStream();

    const events = [
      ...stream.push('request', header(GET_NODE_LIST, { length: 24_576 }), 1),
      ...stream.push('response', concatBytes([header(GET_NODE_LIST, { length: 72 }), new Uint8Array(72)]), 2),
      ...stream.push('request', concatBytes([header(WRITE, { id: 5, flags: 1, length: 10 }), new Uint8Array(10)]), 3),
      ...stream.push('response', header(WRITE, { id: 5 }), 4),
    ];

    expect(lines(events)).toEqual([
      'request 130/0 at 0 +0 in 1-1',
      'response 130/0 at 0 +72 in 2-2 answers 0',
      'request 3/5 at 48 +10 in 3-3',
      'response 3/5 at 120 +0 in 4-4 answers 48',
    ]);
  });

  test('octets may come in runs of any size', () => {
    const octets = concatBytes([
      header(WRITE, { id: 1, flags: 1, length: 3 }),
      new Uint8Array(3),
      header(READ, { id: 2 }),
    ]);
    const stream = createSheepStream();

    const events = [...octets].flatMap((octet, i) => stream.push('request', new Uint8Array([octet]), i));

    expect(lines(events)).toEqual(['request 3/1 at 0 +3 in 0-47', 'request 2/2 at 51 +0 in 51-98']);
  });

  test('responses come in any order and are matched by id', () => {
    const stream = createSheepStream();
    stream.push('request', concatBytes([header(READ, { id: 1 }), header(READ, { id: 2 }), header(READ, { id: 3 })]), 1);

    const answers = stream.push('response', concatBytes([header(READ, { id: 3 }), header(READ, { id: 1 })]), 2);

    expect(lines(answers)).toEqual([
      'response 2/3 at 0 +0 in 2-2 answers 96',
      'response 2/1 at 48 +0 in 2-2 answers 0',
    ]);
    expect(stream.pending().map(({ header: { id } }) => id)).toEqual([2]);
  });

  test('an answer whose request was not captured answers nothing', () => {
    const stream = createSheepStream();

    expect(lines(stream.push('response', header(READ, { id: 9 }), 1))).toEqual([
      'response 2/9 at 0 +0 in 1-1 answers ?',
    ]);
  });
});

describe('gaps', () => {
  test('a gap inside data is no loss', () => {
    const stream = createSheepStream();
    const events = [
      ...stream.push('request', concatBytes([header(WRITE, { flags: 1, length: 4_000 }), new Uint8Array(20)]), 1),
      ...stream.skip('request', 3_900, 2),
      ...stream.push('request', concatBytes([new Uint8Array(80), header(READ, { id: 1 })]), 3),
    ];

    expect(lines(events)).toEqual(['request 3/0 at 0 +4000 in 1-1', 'request 2/1 at 4048 +0 in 3-3']);
  });

  test('a header cut by the snap length still keeps the place', () => {
    const stream = createSheepStream();
    const events = [
      ...stream.push('request', header(WRITE, { flags: 1, length: 1_000 }).subarray(0, 30), 1),
      ...stream.skip('request', 18 + 1_000, 1),
      ...stream.push('request', header(READ, { id: 1 }), 2),
    ];

    expect(lines(events)).toEqual(['request 3/0 at 0 +1000 in 1-1', 'request 2/1 at 1048 +0 in 2-2']);
  });

  test('a gap over a header loses the direction until a run starts with one', () => {
    const stream = createSheepStream();
    const events = [
      ...stream.push('request', header(READ).subarray(0, 10), 1),
      ...stream.skip('request', 100, 2),
      ...stream.push('request', garbage, 3),
      ...stream.push('request', header(READ, { id: 4 }), 4),
      ...stream.push('response', header(READ, { id: 4 }), 5),
    ];

    expect(lines(events)).toEqual([
      'lost request at 10: gap-in-header',
      'request 2/4 at 210 +0 in 4-4',
      'response 2/4 at 0 +0 in 5-5 answers 210',
    ]);
  });

  test('a gap that starts in data and goes on is lost where the data ends', () => {
    const stream = createSheepStream();
    stream.push('request', header(WRITE, { flags: 1, length: 100 }), 1);

    expect(lines(stream.skip('request', 150, 2))).toEqual(['lost request at 148: gap-in-header']);
  });
});

describe('garbage', () => {
  test.each([
    ['an operation that no release has', header(0x77)],
    ['unknown flags', header(READ, { flags: 0x8000 })],
    ['more data than anything has', header(READ, { length: 0xffff_ffff })],
  ])('%s is no header', (_name, octets) => {
    expect(lines(createSheepStream().push('request', octets, 1))).toEqual(['lost request at 0: not-a-header']);
  });

  test('a response with a result that no release has is no header', () => {
    expect(lines(createSheepStream().push('response', header(READ, { result: 0x1234 }), 1))).toEqual([
      'lost response at 0: not-a-header',
    ]);
  });

  test('a direction without headers is given up after a while, and the other is not', () => {
    const stream = createSheepStream();
    const events: SheepStreamEvent[] = [];

    for (let i = 0; i <= SEARCHED_RUNS_MAX + 5; i++) events.push(...stream.push('request', garbage, i));
    events.push(...stream.push('request', header(READ), 0), ...stream.push('response', header(READ), 0));

    expect(lines(events)).toEqual([
      'lost request at 0: not-a-header',
      `stopped request at ${100 * SEARCHED_RUNS_MAX}`,
      'response 2/0 at 0 +0 in 0-0 answers ?',
    ]);
  });

  test('requests that nobody answers do not pile up', () => {
    const stream = createSheepStream();

    for (let id = 0; id < PENDING_REQUESTS_MAX + 10; id++) stream.push('request', header(READ, { id }), id);

    expect(stream.pending().length).toBe(PENDING_REQUESTS_MAX);
    expect(stream.pending()[0]?.header.id).toBe(10);
  });
});
