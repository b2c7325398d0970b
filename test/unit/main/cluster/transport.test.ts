// Who sends from where to where, on real sockets of the loopback device (specs/totem.md 1.13).
import { createSocket } from 'node:dgram';
import { afterEach, describe, expect, it } from 'vitest';
import { explainNodeProblem } from '../../../../main/node/cluster/node-problem.ts';
import { openTransport, type Transport } from '../../../../main/node/cluster/transport.ts';

const NODELIST = new Map([
  [1, '127.168.77.1'],
  [2, '127.168.77.2'],
]);
const PORT = 15_405;
const isLinux = process.platform === 'linux';
const open: Transport[] = [];
afterEach(() => open.splice(0).forEach((transport) => transport.close()));

interface Heard {
  readonly bytes: number[];
  readonly from: string;
  readonly isMulticast: boolean;
}

async function nodeOn(
  nodeid: number,
  kind: 'udp' | 'udpu',
  isListedOnly = false,
): Promise<{ transport: Transport; heard: Heard[] }> {
  const heard: Heard[] = [];
  const opened = await openTransport({
    kind,
    self: { nodeid, ip: NODELIST.get(nodeid) ?? '' },
    nodelist: NODELIST,
    group: '226.94.1.77',
    port: PORT,
    ttl: 1,
    isListedOnly,
    onDatagram: (bytes, from, isMulticast) => heard.push({ bytes: [...bytes], from, isMulticast }),
  });
  if (!opened.ok) throw new Error(explainNodeProblem(opened.problem));
  open.push(opened.value);
  return { transport: opened.value, heard };
}

describe.runIf(isLinux).each(['udp', 'udpu'] as const)('%s', (kind) => {
  it('brings a multicast to the others and a token to one, and tells them apart', async () => {
    const one = await nodeOn(1, kind);
    const two = await nodeOn(2, kind);

    one.transport.sendMcast(new Uint8Array([7]));
    one.transport.sendToken({ nodeid: 2, ip: null }, new Uint8Array([8]));
    await expect.poll(() => two.heard.length).toBe(2);

    expect(two.heard).toHaveLength(2);
    expect(two.heard).toContainEqual({ bytes: [7], from: '127.168.77.1', isMulticast: true });
    expect(two.heard).toContainEqual({ bytes: [8], from: '127.168.77.1', isMulticast: false });
    expect(one.heard).toEqual([]);
  });

  it('does not hear strangers on udpu, and hears them on udp, as real nodes do', async () => {
    const one = await nodeOn(1, kind);
    const stranger = createSocket('udp4');
    await new Promise<void>((done) => stranger.bind({ address: '127.168.77.9' }, done));

    const two = await nodeOn(2, kind);

    await new Promise((done) => stranger.send(new Uint8Array([9]), PORT, '127.168.77.1', done));
    // Behind it in the same socket: what is heard of the stranger is heard before.
    two.transport.sendToken({ nodeid: 1, ip: null }, new Uint8Array([8]));
    await expect.poll(() => one.heard.at(-1)?.bytes).toEqual([8]);
    stranger.close();

    expect(one.heard.map(({ bytes }) => bytes)).toEqual(kind === 'udp' ? [[9], [8]] : [[8]]);
  });

  it('says who has the address where it is taken, and leaves no socket open', async () => {
    const first = await nodeOn(1, kind);

    await expect(nodeOn(1, kind)).rejects.toThrow(/127\.168\.77\.1:15405 is in use/);
    first.transport.close();
    open.length = 0;

    await expect(nodeOn(1, kind)).resolves.toBeDefined();
  });
});

describe.runIf(isLinux)('multicasts of a stranger', () => {
  it.each([
    ['are heard, as real nodes do', false],
    ['are not heard where the nodelist is all there is', true],
  ] as const)('%s', async (_says, isListedOnly) => {
    const one = await nodeOn(1, 'udp', isListedOnly);
    const two = await nodeOn(2, 'udp', isListedOnly);
    const stranger = createSocket('udp4');
    await new Promise<void>((done) => stranger.bind({ address: '127.168.77.9' }, done));
    stranger.setMulticastInterface('127.168.77.9');
    await new Promise((done) => stranger.send(new Uint8Array([9]), PORT, '226.94.1.77', done));
    two.transport.sendMcast(new Uint8Array([7]));
    one.transport.sendToken({ nodeid: 2, ip: null }, new Uint8Array([8]));
    const bytesAt = ({ heard }: { readonly heard: readonly Heard[] }) => heard.map(({ bytes }) => bytes);
    const strangers = isListedOnly ? [] : [[9]];
    await expect.poll(() => bytesAt(one)).toEqual([...strangers, [7]]);
    await expect.poll(() => bytesAt(two)).toEqual(expect.arrayContaining([...strangers, [8]]));
    stranger.close();

    expect(bytesAt(two)).toHaveLength(strangers.length + 1);
  });
});

describe('an address that this machine does not have', () => {
  it('is said', async () => {
    const opened = await openTransport({
      kind: 'udpu',
      self: { nodeid: 1, ip: '192.0.2.1' },
      nodelist: new Map([[1, '192.0.2.1']]),
      group: '226.94.1.77',
      port: PORT,
      ttl: 1,
      onDatagram: () => undefined,
    });

    expect(opened.ok ? '' : explainNodeProblem(opened.problem)).toMatch(/is no address of this machine/);
  });
});
