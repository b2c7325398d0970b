// Twins of notes: long ones in parts, hostile ones left out; and what stands for an address when it is scrubbed.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCarried } from '../../../../app/export/notes/carried.ts';
import { twinsIn, twinTexts, type Twin } from '../../../../app/export/notes/twin.ts';
import { AddressMap } from '../../../../app/export/scrub/address-map.ts';
import { NodeMap } from '../../../../app/export/scrub/node-map.ts';
import { utf8Bytes } from '../../../../protocol/base/bytes.ts';
import { CUSTOM_OCTETS_MAX } from '../../../../protocol/pcap/pcapng-writer.ts';

const finding = (says: string): Twin => ({
  kind: 'finding',
  id: 'token-loss@7',
  rule: 'token-loss',
  severity: 'failure',
  time: '1795391942.000000001',
  until: null,
  culprits: [3],
  says,
  evidence: ['the token', 'its copies'],
  cause: null,
  advice: null,
  confidence: 0.9,
  because: null,
  reference: null,
});

describe('twins', () => {
  it.each(['short', 'ä'.repeat(50_000), '🐑'.repeat(30_000)])(
    'are read back whole, in parts that fit an option',
    (says) => {
      const texts = twinTexts(finding(says));

      for (const text of texts) expect(utf8Bytes(text).length).toBeLessThanOrEqual(CUSTOM_OCTETS_MAX);
      expect(twinsIn(['something else', ...texts, 'totem-lab:1 2/2 rest'])).toEqual([finding(says)]);
    },
  );

  it('never throw on any text, and are none that do not look right', () => {
    const hostile = fc.oneof(
      fc.string(),
      fc.jsonValue().map((value) => `totem-lab:1 1/1 ${JSON.stringify(value)}`),
    );
    fc.assert(
      fc.property(fc.array(hostile), (texts) => {
        const frames = texts.map((text, i) => ({ frame: i + 1, text }));
        const { findings, annotations } = readCarried(frames, [], 0n);
        expect(findings.length + annotations.length).toBe(0);
      }),
    );
  });

  it.each([
    { severity: 'grave' },
    { time: 'yesterday' },
    { until: '1.000000000' },
    { confidence: 7 },
    { culprits: ['x'] },
    { evidence: [{}] },
    { says: null },
  ])('with %j are left out', (wrong) => {
    const text = JSON.stringify({ ...finding('x'), ...wrong });

    expect(twinsIn([`totem-lab:1 1/1 ${text}`])).toEqual([]);
  });

  it('of evidence give a finding its frames of this file, in their order', () => {
    const evidence = (piece: number, place: number): string =>
      twinTexts({ kind: 'evidence', finding: 'token-loss@7', piece, place })[0] ?? '';
    const customs = [
      { frame: 9, text: evidence(1, 1) },
      { frame: 5, text: evidence(1, 0) },
      { frame: 3, text: evidence(0, 0) },
      { frame: 3, text: twinTexts(finding('x'))[0] ?? '' },
    ];

    const { findings } = readCarried(customs, [], 0n);
    expect(findings[0]?.evidence).toEqual([
      { says: 'the token', frames: [3] },
      { says: 'its copies', frames: [5, 9] },
    ]);
  });
});

describe('other addresses', () => {
  const octets = fc.tuple(fc.integer({ min: 1, max: 223 }), fc.nat(255), fc.nat(255), fc.integer({ min: 1, max: 254 }));
  const number = (text: string): number => text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);

  it('are one for one, keep the order, and are nobody’s', () => {
    const known = fc.uniqueArray(
      octets.map((parts) => parts.join('.')),
      { minLength: 1, maxLength: 40 },
    );
    fc.assert(
      fc.property(known, (texts) => {
        const map = new AddressMap(texts);
        const sorted = [...texts].sort((a, b) => number(a) - number(b));
        const others = sorted.map((text) => map.text(text));
        expect(new Set(others).size).toBe(texts.length);
        expect([...others].sort((a, b) => number(a) - number(b))).toEqual(others);
        for (const other of others) expect(other).toMatch(/^(192\.0\.2|198\.51\.100|203\.0\.113|198\.1[89]\.\d+)\./);
      }),
    );
  });

  it.each([
    ['0.0.0.0', '0.0.0.0'],
    ['255.255.255.255', '255.255.255.255'],
    ['224.0.0.22', '224.0.0.22'],
    ['226.94.1.1', '233.252.0.1'],
    ['fe80::1234:5678:9abc:def0', 'fe80::1'],
    ['2a00:1450::5', '2001:db8::1'],
    ['ff02::1', 'ff02::1'],
    ['no address', 'no address'],
  ])('%s becomes %s', (address, other) => {
    expect(new AddressMap([]).text(address)).toBe(other);
  });

  it('are in sentences too, with the node ids that were made of them and with names', () => {
    const addresses = new AddressMap(['192.168.1.111', '192.168.1.112']);
    const names = new Map([['192.168.1.111', 'vault.example.org']]);
    const nodeid = 0x6f01a8c0;
    const node = { nodeid, name: null, addresses: ['192.168.1.111'], dialect: null, firstSeen: 0, lastSeen: 0 };
    const map = new NodeMap(addresses, ['192.168.1.111', '192.168.1.112'], [node], names);
    const other = map.nodeid(nodeid);

    const says = `At 12:34:56 node ${nodeid} (192.168.1.111), vault.example.org, ring ${nodeid}:8 of 1.4.10; 7 frames`;
    expect(map.text(says)).toBe(
      `At 12:34:56 node ${other} (192.0.2.1), node-${other}, ring ${other}:8 of 1.4.10; 7 frames`,
    );
    expect(other).not.toBe(nodeid);
    expect(map.nodeidBefore(other)).toBe(nodeid);
  });
});
