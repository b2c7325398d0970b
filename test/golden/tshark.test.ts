// Corosync 1 in clear against Wireshark's dissector, where tshark is installed: the raw values of every token. It swaps
// the labels of seq and token_seq, and shows Totem that ICMP quotes, which is no packet of the ring.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Row } from '../../protocol/base/brand.ts';
import { decodeRecord } from '../../app/session/decode-record.ts';
import { goldenBytes } from '../support/golden.ts';
import { openBytes } from '../support/open-golden.ts';

const hasTshark = spawnSync('tshark', ['--version'], { stdio: 'ignore' }).status === 0;
const TOKEN = 'corosync_totemsrp.orf_token';
const FIELDS = ['frame.number', `${TOKEN}.seq`, `${TOKEN}.aru`, `${TOKEN}.backlog`, `${TOKEN}.fcc`];

function tokensOfTshark(bytes: Uint8Array): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'totem-lab-tshark-'));
  try {
    const file = join(folder, 'capture.pcap');
    writeFileSync(file, bytes);
    const filter = 'corosync_totemsrp.message_header.type == 0 && !icmp';
    const args = ['-r', file, '-Y', filter, '-T', 'fields', ...FIELDS.flatMap((field) => ['-e', field])];
    const { stdout } = spawnSync('tshark', args, { encoding: 'utf8', maxBuffer: 1 << 26 });
    const number = (text: string): string => text.split(',').map(Number).join(',');
    return stdout
      .trim()
      .split('\n')
      .map((line) => line.split('\t').map(number).join(' '));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe.skipIf(!hasTshark)('tshark', () => {
  it.each([
    ['03-corosync-kill9', 'bridge.pcap'],
    ['05-corosync-loss-5pct', 'bridge.pcap'],
    ['06-corosync-clean-leave-and-return', 'bridge.pcap'],
  ])('reads the same tokens in %s', (scenario, file) => {
    const bytes = goldenBytes(scenario, file);
    const { ingest, frame } = openBytes(bytes, [], false);
    const own: string[] = [];
    for (let row = 0; row < ingest.table.length; row++) {
      const record = decodeRecord(ingest, row as Row, frame, { data: false });
      if (record?.kind !== 'orf_token' || record.totem === null) continue;
      const { seq, token_seq: tokenSeq, aru, backlog, fcc } = record.totem;
      own.push(`${record.frame} ${seq},${tokenSeq} ${aru} ${backlog} ${fcc}`);
    }
    expect(own.length).toBeGreaterThan(500);
    expect(tokensOfTshark(bytes)).toEqual(own);
  });
});
