// The lab of real Corosync daemons itself: a ring forms, messages pass, faults do what they say, nothing is left.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { whyNoClient, whyNoLab } from '../../main/node/lab/corosync/availability.ts';
import { CorosyncLab, type LabOptions } from '../support/corosync-lab/lab.ts';
import { run, sleep } from '../../main/node/lab/corosync/shell.ts';
import { openBytes } from '../support/open-golden.ts';
import { until } from '../support/lab/until.ts';

const why = whyNoLab() ?? whyNoClient();
const labs: { readonly lab: CorosyncLab; readonly directory: string }[] = [];

function openLab(options: Omit<LabOptions, 'directory'> = {}): {
  readonly lab: CorosyncLab;
  readonly directory: string;
} {
  const directory = mkdtempSync(join(tmpdir(), 'totemlab-test-'));
  const opened = { lab: new CorosyncLab({ directory, ...options }), directory };
  labs.push(opened);
  return opened;
}

afterEach(async () => {
  for (const { lab, directory } of labs.splice(0)) {
    await lab.close();
    rmSync(directory, { recursive: true, force: true });
  }
});

describe.skipIf(why !== null)(why ?? 'a lab of real daemons', () => {
  it('forms a ring, passes messages, loses a node and says so on the wire', async () => {
    const { lab, directory } = openLab();
    const nodes = lab.addNodes(3);
    const [one, two, three] = nodes;
    if (one === undefined || two === undefined || three === undefined) throw new Error('no nodes');
    await lab.captureSwitch();
    await lab.form();
    const listener = lab.client(two, { prints: true, reads: true });
    await until('the listener is in the group', () => listener.events.length > 0);
    const sent = Number((await lab.client(one, { rate: 100, size: 300, seconds: 1 }).done())?.['sent']);
    expect(sent).toBeGreaterThan(0);
    await until('all messages', () => listener.events.filter(({ event }) => event === 'message').length === sent);
    await three.kill();
    await lab.waitMembers([one, two]);
    await lab.stopCaptures();

    const analysis = openBytes(new Uint8Array(readFileSync(join(directory, 'brA.pcap')))).ingest.analysis();
    const lost = analysis.findings.filter(({ rule }) => rule === 'token-loss');
    // A busy machine may lose tokens of its own before.
    expect(lost.at(-1)?.culprits).toEqual([3]);
    expect(one.log()).toMatch(/\d\.\d{3} .*entering GATHER state from 2/);
  });

  it('drops what a fault says and nothing when it is lifted', async () => {
    const { lab } = openLab({ transport: 'knet' });
    const nodes = lab.addNodes(2);
    const [one, two] = nodes;
    if (one === undefined || two === undefined) throw new Error('no nodes');
    await lab.form();
    const cut = lab.fault('cut', 2, () => two.host.dropIn('ip protocol udp'));
    await lab.waitMembers([one]);
    cut.lift();
    await lab.waitMembers(nodes);

    expect(lab.events.map(({ what }) => what)).toContain('cut lifted');
  });

  it('leaves no namespace and no process behind', async () => {
    const { lab } = openLab();
    const [node] = lab.addNodes(1);
    if (node === undefined) throw new Error('no node');
    node.start();
    await node.waitMembers([1]);
    const pid = node.pid ?? 0;
    node.pause();
    await sleep(50);
    await lab.close();

    expect(run('ip', ['netns', 'list'])).not.toContain(`totemlab-${process.pid}-`);
    expect(() => process.kill(pid, 0)).toThrow();
  });
});
