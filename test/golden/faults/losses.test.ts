// Captures whose kernel dropped packets: made of golden ones, with the counts of drops that a live capture writes. What
// is concluded from the stretch of a drop is less sure, says why, and nothing else is.
import { describe, expect, it } from 'vitest';
import type { Analysis } from '../../../app/analysis/result.ts';
import { prepareExport } from '../../../app/export/prepare.ts';
import { createIngest, type Ingest } from '../../../app/session/ingest.ts';
import { concatBytes } from '../../../protocol/base/bytes.ts';
import { createCaptureReader } from '../../../protocol/pcap/capture-reader.ts';
import {
  enhancedPacket,
  interfaceDescription,
  interfaceStatistics,
  sectionHeader,
} from '../../../protocol/pcap/pcapng-writer.ts';
import type { Row } from '../../../protocol/base/brand.ts';
import { openBytes } from '../../support/open-golden.ts';
import { goldenBytes } from '../../support/golden.ts';

interface Drop {
  /** Seconds since the first packet. */
  readonly from: number;
  readonly until: number;
  readonly packets: number;
}

/** A golden capture as pcapng, with the statistics of its drops where they were told. */
function withDrops(bytes: Uint8Array, drops: readonly Drop[]): Uint8Array {
  const blocks: Uint8Array[] = [];
  let firstNs: bigint | null = null;
  const waiting: { readonly atNs: bigint; readonly block: Uint8Array }[] = [];
  const reader = createCaptureReader({
    frame: (octets, start, captured, original, timeNs, linktype) => {
      const now = reader.epochNs + BigInt(Math.round(timeNs));
      if (firstNs === null) {
        firstNs = now;
        blocks.push(sectionHeader(), interfaceDescription(linktype));
        let count = 0n;
        for (const { from, until, packets } of drops) {
          const [fromNs, untilNs] = [now + BigInt(from * 1e9), now + BigInt(until * 1e9)];
          waiting.push({ atNs: untilNs, block: interfaceStatistics(0, fromNs, count) });
          count += BigInt(packets);
          waiting.push({ atNs: untilNs, block: interfaceStatistics(0, untilNs, count) });
        }
      }
      for (; waiting[0] !== undefined && waiting[0].atNs <= now; waiting.shift()) blocks.push(waiting[0].block);
      blocks.push(
        enhancedPacket({ interfaceId: 0, timeNs: now, bytes: octets.slice(start, start + captured), original }),
      );
    },
  });
  reader.push(bytes);
  return concatBytes([...blocks, ...waiting.map(({ block }) => block)]);
}

function opened(bytes: Uint8Array): Ingest {
  const ingest = createIngest({ keys: [] });
  ingest.push(bytes);
  ingest.finish();
  return ingest;
}

const notCalm = ({ findings }: Analysis) => findings.filter(({ severity }) => severity !== 'info');
const story = (analysis: Analysis) => notCalm(analysis).map(({ id }) => id);
const incomplete = ({ findings }: Analysis) => findings.find(({ rule }) => rule === 'capture-incomplete')?.says ?? '';

describe('a node that died, and drops while it was captured', () => {
  const whole = goldenBytes('03-corosync-kill9', 'bridge.pcap');
  const calm = opened(withDrops(whole, [])).analysis();
  const died = notCalm(calm)[0]!;
  const startNs = opened(whole).table.chunks[0]!.timeNs[0]!;
  const diedAt = (died.time - startNs) / 1e9;

  it('in the stretch of a finding make it less sure, and the finding says how many and when', () => {
    const drop = { from: diedAt - 0.5, until: diedAt + 0.5, packets: 1234 };
    const analysis = opened(withDrops(whole, [drop])).analysis();
    const says = /1234 packets were dropped while capturing, between \d+\.\d\d s and \d+\.\d\d s/;

    expect(story(analysis)).toEqual(story(calm));
    const [weaker] = notCalm(analysis);
    expect(weaker?.confidence).toBeCloseTo(died.confidence * 0.8, 2);
    expect(weaker?.evidence.at(-1)?.says).toMatch(says);
    expect(incomplete(analysis)).toMatch(says);
  });

  it('elsewhere leave it as sure as it was, and are said all the same', () => {
    const evidence = died.evidence.flatMap(({ frames }) => frames);
    const { table } = opened(whole);
    const first = Math.min(...evidence.map((frame) => table.chunks[0]!.timeNs[frame - 1]!));
    const before = (first - startNs) / 1e9;
    const drop = { from: before / 4, until: before / 2, packets: 1 };
    const analysis = opened(withDrops(whole, [drop])).analysis();

    expect(notCalm(analysis)[0]).toEqual(died);
    expect(incomplete(analysis)).toContain('1 packet was dropped while capturing, between');
  });

  it('go along into an annotated capture', () => {
    const drops = [
      { from: 0.25, until: 0.5, packets: 3 },
      { from: 1, until: 1.5, packets: 4 },
    ];
    const bytes = withDrops(whole, drops);
    const { ingest, frame } = openBytes(bytes);
    const wish = { hasFindings: true, annotations: [], logs: [], span: null, isScrubbed: false, application: '' };
    const { capture } = prepareExport(ingest, ingest.analysis(), wish);
    const blocks = [capture.header()];
    for (let row = 0; row < ingest.table.length; row++) blocks.push(capture.row(row as Row, frame));
    expect(opened(concatBytes([...blocks, capture.finish()])).losses).toEqual(ingest.losses);
    expect(ingest.losses.list.map(({ packets }) => packets)).toEqual([3, 4]);
  });
});
