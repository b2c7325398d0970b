// Octets of a sheep's connections over real TCP: all of them, in their order, as many at once as are of use, in memory
// that stays as it was handed over.
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Portions } from '../../../../main/node/sheep/portions.ts';
import { createSheepTcp, type SheepTcp } from '../../../../main/node/sheep/tcp-server.ts';

const HOST = '127.0.0.1';
const PORT = 27_140;
const OCTETS = 9_000_000;

let open: { end(): void }[] = [];
afterEach(() => {
  for (const one of open) one.end();
  open = [];
});

interface Side {
  readonly tcp: SheepTcp;
  readonly handed: Uint8Array[];
  readonly accepted: number[];
  readonly closed: number[];
}

function side(
  wanted: (have: number) => number,
  answered: (tcp: SheepTcp, conn: number) => void = () => undefined,
): Side {
  const handed: Uint8Array[] = [];
  const accepted: number[] = [];
  const closed: number[] = [];
  let have = 0;
  const tcp = createSheepTcp(HOST, new Portions(), {
    accepted: (conn) => void accepted.push(conn),
    opened: (conn) => answered(tcp, conn),
    data: (_conn, octets) => {
      handed.push(octets);
      have += octets.length;
    },
    wanted: () => wanted(have),
    closed: (conn) => void closed.push(conn),
    listenFailed: (why) => expect.unreachable(why),
  });
  open.push({ end: () => tcp.end() });
  return { tcp, handed, accepted, closed };
}

const lengthOf = (parts: readonly Uint8Array[]): number => parts.reduce((sum, { length }) => sum + length, 0);

async function until(isSo: () => boolean): Promise<void> {
  await expect.poll(isSo, { interval: 5 }).toBe(true);
}

async function connected(): Promise<Socket> {
  for (;;) {
    const socket = connect(PORT, HOST);
    const isOpen = await new Promise<boolean>((done) => {
      socket.once('connect', () => done(true));
      socket.once('error', () => done(false));
    });
    if (!isOpen) continue;
    open.push({ end: () => socket.destroy() });
    return socket;
  }
}

function sample(): Buffer {
  const octets = Buffer.alloc(OCTETS);
  for (let at = 0; at + 4 <= OCTETS; at += 4) octets.writeUInt32LE(at, at);
  return octets;
}

/** Headers, data of up to some MiB behind them, small requests in a row. */
const MESSAGES = [48, 4_194_304, 48, 1, 48, 4096, 48, 512, 48, 70_000, 48, 1_500_000];
function missing(have: number): number {
  let end = 0;
  for (let i = 0; end <= have; i++) end += MESSAGES[i % MESSAGES.length] ?? 1;
  return end - have;
}

describe('octets of a connection', () => {
  it('arrive whole and in order, and stay as they were handed over', async () => {
    const server = side(missing);
    server.tcp.listen(PORT);
    const client = await connected();
    const octets = sample();
    for (let at = 0; at < OCTETS; at += 123_457) client.write(octets.subarray(at, at + 123_457));
    client.end();
    await until(() => server.closed.length === 1);
    // The last message is not whole: what is there of it is of no use.
    const got = Buffer.concat(server.handed);
    expect(got.equals(octets.subarray(0, got.length))).toBe(true);
    expect(OCTETS - got.length).toBeLessThan(4_194_304);
  });

  it('are handed over once they are of use, not before', async () => {
    const server = side((have) => 300_000 - have);
    server.tcp.listen(PORT);
    const client = await connected();
    const octets = sample();
    for (let at = 0; at < 299_999; at += 10_000) {
      client.write(octets.subarray(at, Math.min(at + 10_000, 299_999)));
      await new Promise((done) => setTimeout(done, 1));
    }
    await new Promise((done) => setTimeout(done, 50));
    const before = server.handed.length;
    client.write(octets.subarray(299_999, 300_000));
    await until(() => lengthOf(server.handed) === 300_000);
    expect(before).toBeLessThanOrEqual(1);
    expect(server.handed.length).toBeLessThanOrEqual(2);
  });

  it('of a connection on hold wait', async () => {
    const server = side(() => 1);
    server.tcp.listen(PORT);
    const client = await connected();
    await until(() => server.accepted.length === 1);
    server.tcp.hold(1, true);
    client.write(sample());
    await new Promise((done) => setTimeout(done, 100));
    const before = lengthOf(server.handed);
    server.tcp.hold(1, false);
    await until(() => lengthOf(server.handed) === OCTETS);
    expect(before).toBeLessThan(OCTETS);
  });

  it('go both ways between two sheep, and the end of one is told to the other', async () => {
    const server = side(missing);
    server.tcp.listen(PORT);
    const octets = sample().subarray(0, 4_194_400);
    const sent = vi.fn();
    const client = side(missing, (tcp, conn) => tcp.send(conn, [octets.subarray(0, 100), octets.subarray(100)], sent));
    await connected();
    client.tcp.open(-1, HOST, PORT);
    await until(() => lengthOf(server.handed) >= 48 + 4_194_304);
    server.tcp.send(2, [octets], sent);
    await until(() => lengthOf(client.handed) >= 48 + 4_194_304);
    expect(Buffer.concat(client.handed).equals(octets.subarray(0, lengthOf(client.handed)))).toBe(true);
    server.tcp.close(2);
    expect(sent).toHaveBeenCalledTimes(2);
    await until(() => client.closed.includes(-1) && server.closed.includes(2));
  });
});
