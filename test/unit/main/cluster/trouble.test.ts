// What keeps a node from running: each in one sentence with its remedy, and a node that cannot keep its ring id stops
// rather than speak of a ring that it may forget.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startNodeHost } from '../../../../main/node/cluster/node-host.ts';
import { explainNodeProblem, type NodeProblem } from '../../../../main/node/cluster/node-problem.ts';
import { ringIdFile } from '../../../../main/node/cluster/ring-id-file.ts';
import { createLabNode } from '../../../../protocol/node/node.ts';
import { totemConfig } from '../../../../protocol/totem/engine/config.ts';

const PROBLEMS: readonly (readonly [NodeProblem, RegExp])[] = [
  [
    { kind: 'address-in-use', address: '10.0.0.1', port: 5405 },
    /is in use: another node runs there; stop it .* or use --port\.$/,
  ],
  [{ kind: 'no-such-address', address: '10.0.0.1' }, /is no address of this machine: ip address lists/],
  [
    { kind: 'no-multicast', group: '226.94.1.1', address: '10.0.0.1', code: 'ENODEV' },
    /use --transport udpu, or ip link set/,
  ],
  [{ kind: 'not-permitted', what: '10.0.0.1:405' }, /is not permitted to you: use a port above 1023/],
  [{ kind: 'not-in-nodelist', nodeid: 7 }, /node 7 is not in --nodes: add 7=ADDRESS/],
  [{ kind: 'disk', path: '/var/x', code: 'ENOSPC' }, /the disk is full: free some space, then start the node again/],
  [{ kind: 'disk', path: '/var/x', code: 'EACCES' }, /may not be written by you: give another folder with --state/],
  [{ kind: 'disk', path: '/var/x', code: 'EROFS' }, /is read-only: give another folder with --state/],
  [{ kind: 'disk', path: '/var/x', code: 'EDQUOT' }, /your quota is used up: free some space/],
  [{ kind: 'corrupt', path: '/var/x', octets: 3 }, /3 octets instead of 8: .* move it away/],
];

describe('trouble', () => {
  it.each(PROBLEMS)('is one sentence with its remedy: %o', (problem, says) => {
    const sentence = explainNodeProblem(problem);

    expect(sentence).toMatch(says);
    expect(sentence.match(/\.(\s|$)/g)).toHaveLength(1);
  });
});

describe.runIf(process.platform === 'linux')('a node whose disk is full', () => {
  it('says so and stops before it speaks of a ring, and its sockets are free again', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'totem-lab-full-'));
    const config = totemConfig({ token: 1000 }, 1, 'corosync-3');
    if (!config.ok) throw new Error(config.problem);
    const self = { nodeid: 1, ip: '127.168.78.1' };
    const sent: number[] = [];
    const start = async (isFull: boolean) => {
      const file = ringIdFile(folder, '1');
      let ended: (problem: NodeProblem) => void = () => undefined;
      const end = new Promise<NodeProblem>((done) => (ended = done));
      const host = await startNodeHost({
        node: createLabNode({
          self,
          dialect: 'corosync-3',
          config: config.value,
          lastRingSeq: 0n,
          seed: 1,
          votequorum: null,
        }),
        transport: {
          kind: 'udp',
          self,
          nodelist: new Map([[1, self.ip]]),
          group: '226.94.1.78',
          port: 15_505,
          ttl: 1,
          onSent: ({ bytes }) => sent.push(bytes[3] ?? -1),
        },
        // What the kernel says of a full disk, which no test may bring about.
        ringIds: isFull
          ? {
              ...file,
              store: () => Promise.resolve({ ok: false, problem: { kind: 'disk', path: file.path, code: 'ENOSPC' } }),
            }
          : file,
        random: () => 0,
        onEffect: () => undefined,
        onEnd: (problem) => ended(problem),
      });
      return { host, end };
    };
    try {
      const full = await start(true);
      expect(full.host.ok).toBe(true);
      expect(explainNodeProblem(await full.end)).toContain('the disk is full: free some space');
      expect(full.host.ok && full.host.value.isReady()).toBe(false);
      // Joins alone, type 3: no commit token of a ring that is not on disk.
      expect(new Set(sent)).toEqual(new Set([3]));
      expect(readdirSync(folder)).toEqual([]);

      const again = await start(false);
      expect(again.host.ok).toBe(true);
      await expect.poll(() => readdirSync(folder)).toEqual(['ringid_1']);
      if (again.host.ok) again.host.value.close();
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
