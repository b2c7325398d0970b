// Every secured datagram of the real captures opens with its key, in both providers, and none with another key.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../../../protocol/base/bytes.ts';
import { createKeyring } from '../../../../protocol/crypto/keyring.ts';
import { nobleProvider } from '../../../../protocol/crypto/provider.ts';
import { recogniseStart, Start } from '../../../../protocol/totem/recognise.ts';
import { nodeProvider } from '../../../../main/node/crypto/node-provider.ts';
import { GOLDEN } from '../../../support/golden.ts';
import { datagramsOf } from './datagrams.ts';

const CAPTURES = [
  ['08-corosync-secauth', 'bridge.pcap', 'openLegacy', 'sober128-sha1', 619],
  ['c24-udp-aes256sha1-form3', 'brA.pcap', 'openModern', 'aes256-sha1', null],
  ['c24-udp-sha256only-form3', 'brA.pcap', 'openModern', 'none-sha256', null],
  ['c31-knet-aes256-form3', 'brA.pcap', 'openKnet', 'aes256-sha256', null],
  ['c31-knet-aes256-kill9', 'brA.pcap', 'openKnet', 'aes256-sha256', 661],
] as const;

const CLEAR = { openLegacy: Start.COROSYNC_1, openModern: Start.COROSYNC_1, openKnet: Start.KNET } as const;
const keyOf = (scenario: string) => new Uint8Array(readFileSync(join(GOLDEN, scenario, 'authkey')));

describe.each(CAPTURES)('%s %s', (scenario, file, opener, security, count) => {
  const datagrams = datagramsOf(scenario, file);
  const key = { name: 'authkey', bytes: keyOf(scenario) };

  it.each([
    ['noble', nobleProvider],
    ['node', nodeProvider],
  ] as const)('opens whole with its key, by %s', (_, provider) => {
    const wrong = { name: 'wrong', bytes: key.bytes.slice().reverse() };
    const keyring = createKeyring([wrong, key], provider);

    for (const { frame, payload } of datagrams) {
      const opened = keyring[opener](payload);
      if (opened === null) throw new Error(`frame ${frame} was not opened`);
      expect(opened).toMatchObject({ security, keyIndex: 1, authentic: true });
      expect(recogniseStart(opened.clear, 0, opened.clear.length)).toBe(CLEAR[opener]);
    }
    expect(datagrams.length).toBeGreaterThan(100);
    if (count !== null) expect(datagrams.length).toBe(count);
  });

  it('stays closed to other keys, also to one that differs in a single bit', () => {
    const changed = key.bytes.slice();
    changed[0] = (changed[0] ?? 0) ^ 1;
    const wrong = [new Uint8Array(key.bytes.length), changed].map((bytes, i) => ({ name: `wrong ${i}`, bytes }));
    const keyring = createKeyring(wrong, nodeProvider);
    for (const { payload } of datagrams) expect(keyring[opener](payload)).toBeNull();
  });
});

describe('08-corosync-secauth', () => {
  it('says what the same traffic decrypted by another program says', () => {
    const keyring = createKeyring([{ name: 'authkey', bytes: keyOf('08-corosync-secauth') }]);
    const opened = datagramsOf('08-corosync-secauth', 'bridge.pcap').map(
      ({ payload }) => keyring.openLegacy(payload)?.clear ?? new Uint8Array(),
    );
    const clear = datagramsOf('08-corosync-secauth', 'decrypted.pcap').map(({ payload }) => payload);

    expect(opened.map(toHex)).toEqual(clear.map(toHex));
  });
});
