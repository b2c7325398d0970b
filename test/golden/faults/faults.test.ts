// Real faults: what was done to which node is known, and so what must be found in the capture, and nothing else.
// Recorded by the scenarios of test/support/corosync-lab, whose names the captures bear.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { worstFinding } from '../../../app/analysis/report/worst-finding.ts';
import type { Finding } from '../../../app/analysis/result.ts';
import { openBytes } from '../../support/open-golden.ts';

const FOLDER = import.meta.dirname;
const node14 = (octet: number): number => octet * 2 ** 24 + 0x4d0a;

type Wrong = readonly [rule: string, culprits: readonly number[]];

/** Warnings and failures by capture, in order of their names; none where the list is empty. */
const TRUTH: { readonly [capture: string]: readonly Wrong[] } = {
  // Corosync 1.4.10 does not survive it: what the others see is a death.
  'c14-udp-ifdown': [
    ['node-dead', [node14(2)]],
    ['token-loss', [node14(2)]],
  ],
  'c14-udp-pause-long': [
    ['process-paused', [node14(2)]],
    ['token-loss', [node14(2)]],
  ],
  'c14-udp-secauth-wrongkey': [['key-mismatch', [node14(3)]]],
  // Out for less than a second, and a token of 1000 ms: it is lost, and nobody forms a ring without the node.
  'c14-udp-v-cable-blip': [
    ['partition', [node14(2)]],
    ['token-loss', [node14(2)]],
  ],
  // Its token is declared lost in the moment in which it is back.
  'c14-udp-v-restart-rep': [
    ['node-dead', [node14(1)]],
    ['token-loss', [node14(1)]],
  ],
  'c24-udp-aes256sha1-mixed-security': [['mixed-security', [3]]],
  'c24-udp-aes256sha1-wrongkey': [['key-mismatch', [3]]],
  'c24-udp-cable-pull': [
    ['partition', [2]],
    ['token-loss', [2]],
  ],
  // The strangers count fewer nodes in their list, so their timers are shorter too.
  'c24-udp-foreign-meets': [
    ['foreign-cluster', [4, 5]],
    ['token-retransmitted', [5]],
  ],
  'c24-udp-ifdown': [
    ['interface-down', [2]],
    ['token-loss', [2]],
  ],
  // Only the second of two redundant networks is in the capture.
  'c24-udp-rrp-active': [
    ['link-down', [2]],
    ['token-retransmitted', [2]],
  ],
  // Nothing of 127.0.0.1 comes to the wire; the number of its ring tells.
  'c24-udpu-ifdown': [
    ['interface-down', [2]],
    ['token-loss', [2]],
  ],
  // The token is lost on the link that died; knet then takes the other one, which is not in the capture.
  'c31-knet-aes128sha1-v-link0-cut1': [
    ['link-down', [1]],
    ['token-loss', [1]],
  ],
  'c31-knet-kill9-of-two': [
    ['node-dead', [2]],
    ['token-loss', [2]],
  ],
  // Not even the token is sent any more: knet took the link down first.
  'c31-knet-kill9-token2000': [
    ['node-dead', [2]],
    ['token-loss', [2]],
  ],
  'c31-knet-link-down': [['link-down', [2]]],
  // 20 % of the frames of node 2: for a second knet takes its link down, and it forms a ring of its own.
  'c31-knet-loss20': [
    ['packet-loss', [2]],
    ['token-loss', [1]],
    ['token-retransmitted', [2]],
  ],
  'c31-knet-oneway-dead': [
    ['one-way-link', [2]],
    ['token-loss', [2]],
  ],
  'c31-knet-pause-long': [
    ['process-paused', [2]],
    ['token-loss', [2]],
  ],
  // As long as a pause beside it; pings that wait for who stood still are answered late, those of a cut never.
  'c31-knet-v-gap-cable': [
    ['partition', [2]],
    ['token-loss', [2]],
  ],
  'c31-knet-v-gap-pause': [
    ['process-paused', [2]],
    ['token-loss', [2]],
  ],
  // Captured on node 3, a quarter of whose frames is lost behind that: pings alone tell, no multicast is asked for.
  'c31-knet-v-loss25-out3of4-n3': [
    ['packet-loss', [3]],
    ['token-loss', [4]],
  ],
  'c31-udp-dup-nodeid': [
    ['duplicate-nodeid', [3]],
    ['token-loss', [1]],
  ],
  'c31-udp-firewall': [['firewall', [3]]],
  'c31-udp-firewall-token2000': [['firewall', [3]]],
  'c31-udp-flap': [
    ['flapping-member', [3]],
    ['node-dead', [3]],
    ['token-loss', [3]],
  ],
  'c31-udp-kill9-two': [
    ['node-dead', [2, 4]],
    ['token-loss', [2]],
  ],
  // The capture begins before a paused node lets an old token go: its ring is no new one with a lower number.
  'c31-udp-late-token': [
    ['node-dead', [1]],
    ['process-paused', [3]],
    ['token-loss', [1]],
    ['token-loss', [3]],
  ],
  'c31-udp-oneway-dead': [
    ['one-way-link', [2]],
    ['token-loss', [2]],
  ],
  'c31-udp-oneway-pair': [
    ['one-way-link', [1, 2]],
    ['token-loss', [2]],
  ],
  'c31-udp-oneway-unicast': [
    ['one-way-link', [1, 2]],
    ['token-loss', [2]],
  ],
  'c31-udp-pause-all': [
    ['process-paused', [1, 2, 3]],
    ['token-loss', [1]],
  ],
  'c31-udp-restart-quick': [['node-dead', [3]]],
  'c31-udp-start7': [],
  'c31-udp-unlisted': [
    ['foreign-cluster', [4]],
    ['not-in-nodelist', [4]],
  ],
  'c31-udp-v-blip-cable': [],
  // The strangers' ids come first: one of them has the commit token and no address for the next.
  'c31-udp-v-foreign-first': [
    ['foreign-cluster', [1, 2]],
    ['not-in-nodelist', [1, 2]],
  ],
  'c31-udp-v-gap-drop': [
    ['partition', [3]],
    ['token-loss', [3]],
  ],
  // Under load, captured on node 2: the others form rings with it in vain.
  'c31-udp-v-hearless4of5-n2': [
    ['one-way-link', [4]],
    ['token-loss', [4]],
  ],
  // The captures of both switches in one.
  'c31-udp-v-part-to-end-both': [
    ['partition', [1, 3]],
    ['token-loss', [2]],
  ],
  // Who hears the one of two nodes 1 does not hear the other: no link is at fault.
  // The snap length cut off most of the lists, and those that it left would blame nodes 1 and 2.
  'c31-udpu-mtu-hole-snap200': [['packet-loss', []]],
  'c31-udpu-v-dup1': [['duplicate-nodeid', [1]]],
  'c31-udpu-v-gap-pause': [
    ['process-paused', [2]],
    ['token-loss', [2]],
  ],
  // Joins of both rings had waited in the hosts of the other side, and come together when the network is back.
  'c31-udpu-v-part-then-kill': [
    ['node-dead', [4]],
    ['partition', [1, 2]],
    ['token-loss', [3]],
    ['token-loss', [4]],
  ],
  // Captured on node 2: what node 3 forms in the moment in which it goes on is no ring that it had lived in.
  'c31-udpu-v-pause-to-end-n2': [
    ['process-paused', [3]],
    ['token-loss', [3]],
  ],
  'c31-udpu-tworings': [],
};

function findingsOf(name: string): readonly Finding[] {
  const keyPath = join(FOLDER, `${name}.authkey`);
  const keys = existsSync(keyPath) ? [{ name: 'authkey', bytes: new Uint8Array(readFileSync(keyPath)) }] : [];
  const bytes = new Uint8Array(gunzipSync(readFileSync(join(FOLDER, `${name}.pcap.gz`))));
  return openBytes(bytes, keys).ingest.analysis().findings;
}

describe('faults of real rings', () => {
  it('are all told of here', () => {
    const names = readdirSync(FOLDER)
      .filter((file) => file.endsWith('.pcap.gz'))
      .map((file) => file.replace('.pcap.gz', ''));
    expect(names.sort()).toEqual(Object.keys(TRUTH).sort());
  });

  it.each(Object.entries(TRUTH))('%s', (name, truth) => {
    const findings = findingsOf(name).filter(({ severity }) => severity !== 'info');
    const said = findings.map(({ rule, culprits }) => JSON.stringify([rule, culprits]));

    expect([...new Set(said)].sort()).toEqual(truth.map((wrong) => JSON.stringify(wrong)).sort());
    // A lost token points to what explains it.
    const ids = new Set(findings.map(({ id }) => id));
    for (const { rule, because } of findings) if (rule === 'token-loss') expect(ids.has(because ?? '')).toBe(true);
  });

  it.each([
    ['c31-knet-loss20', 'packet-loss'],
    ['c31-knet-aes128sha1-v-link0-cut1', 'link-down'],
    ['c31-udpu-v-gap-pause', 'process-paused'],
  ])('%s: the verdict is not that a token was lost, but why: %s', (name, rule) => {
    expect(worstFinding(findingsOf(name))?.rule).toBe(rule);
  });

  it.each(Object.keys(TRUTH))('%s: each warning has evidence in frames', (name) => {
    for (const { severity, evidence } of findingsOf(name))
      if (severity !== 'info') expect(evidence.flatMap(({ frames }) => frames).length).toBeGreaterThan(0);
  });
});
