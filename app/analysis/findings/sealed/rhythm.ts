// What an encrypted ring shows without its key: the token is a unicast of one size that goes round, in one direction; a
// join is sent again every 50 ms. Finds where that rhythm stops while joins are sent. Concludes no findings.
import { PacketKind } from '../../../store/kinds.ts';
import { keptChunks, type PacketStore } from '../../../store/packet-store.ts';

export interface SealedPacket {
  readonly timeNs: number;
  readonly frame: number;
  /** Address numbers. */
  readonly src: number;
  readonly dst: number;
  readonly size: number;
}

/** A time in which no token went round although one had before, and nodes gathered. */
export interface SealedGap {
  readonly last: SealedPacket;
  /** The first token after it; null where none is captured. */
  readonly next: SealedPacket | null;
  readonly untilNs: number;
  /** Address numbers: who sent joins, and who had sent tokens and sent nothing. */
  readonly gathering: readonly number[];
  readonly silent: readonly number[];
  /** The first joins of each. */
  readonly joins: readonly SealedPacket[];
}

/** Packets that are looked at; a longer capture tells no more. */
const PACKETS_MAX = 500_000;
/** Fewer tokens make no rhythm. */
const TOKENS_MIN = 30;
const TOKEN_SHARE_MIN = 0.05;
/** Both directions of a pair alike: pings and their answers, not a token. */
const ONE_WAY_MIN = 0.5;
/** The token is missed for so long, and so much longer than usually. */
const GAP_NS_MIN = 0.7e9;
const GAP_RATIO = 2.5;
/** Who was silent so long and then speaks is new. */
const NEW_NS = 1e9;
/** A newcomer speaks so soon before those who answer it. */
const CALL_NS = 0.3e9;
/** A train of joins: so many of one size, one each 50 ms. */
const TRAIN_MIN = 8;
const APART_NS_MIN = 35e6;
const APART_NS_MAX = 75e6;
const GAPS_MAX = 20;

export function sealedPackets(store: PacketStore): readonly SealedPacket[] {
  const found: SealedPacket[] = [];
  for (const { columns, base, rows } of keptChunks(store)) {
    const { kind, src, dst, original, timeNs } = columns;
    for (let i = 0; i < rows && found.length < PACKETS_MAX; i++)
      if (kind[i] === PacketKind.ENCRYPTED)
        found.push({ timeNs: timeNs[i]!, frame: base + i + 1, src: src[i]!, dst: dst[i]!, size: original[i]! });
  }
  return found;
}

/** How much more goes one way than the other between the pairs of addresses, of 1. */
function oneWay(packets: readonly SealedPacket[]): number {
  const counts = new Map<string, number>();
  for (const { src, dst } of packets) counts.set(`${src} ${dst}`, (counts.get(`${src} ${dst}`) ?? 0) + 1);
  let difference = 0;
  for (const [pair, count] of counts) {
    const [src, dst] = pair.split(' ');
    difference += Math.max(0, count - (counts.get(`${dst} ${src}`) ?? 0));
  }
  return difference / packets.length;
}

/** The tokens: the most frequent unicasts of one size that go round in one direction; none where nothing does. */
function tokensOf(packets: readonly SealedPacket[], isGroup: (address: number) => boolean): readonly SealedPacket[] {
  const usesGroup = packets.some(({ dst }) => isGroup(dst));
  const bySize = new Map<number, SealedPacket[]>();
  for (const packet of packets) {
    if (isGroup(packet.dst)) continue;
    const known = bySize.get(packet.size);
    if (known === undefined) bySize.set(packet.size, [packet]);
    else known.push(packet);
  }
  const enough = Math.max(TOKENS_MIN, packets.length * TOKEN_SHARE_MIN);
  const candidates = [...bySize.values()].filter(
    (list) => list.length >= enough && (usesGroup || oneWay(list) >= ONE_WAY_MIN),
  );
  return candidates.sort((a, b) => b.length - a.length)[0] ?? [];
}

/** Joins that one address sends every 50 ms; none where it does not. */
function trainOf(packets: readonly SealedPacket[]): readonly SealedPacket[] {
  const streams = new Map<string, SealedPacket[]>();
  for (const packet of packets) {
    const key = `${packet.dst} ${packet.size}`;
    const stream = streams.get(key) ?? [];
    streams.set(key, stream);
    const before = stream.at(-1);
    const apart = before === undefined ? 0 : packet.timeNs - before.timeNs;
    if (before !== undefined && (apart < APART_NS_MIN || apart > APART_NS_MAX)) stream.length = 0;
    stream.push(packet);
    if (stream.length >= TRAIN_MIN) return stream;
  }
  return [];
}

/** Somebody new spoke just before they gathered: they answer it, and miss no token. */
function isCalled(packets: readonly SealedPacket[], senders: readonly number[], fromNs: number): boolean {
  const others = packets.filter(({ src, timeNs }) => !senders.includes(src) && timeNs <= fromNs + CALL_NS);
  const before = new Set(
    others.filter(({ timeNs }) => isIn(timeNs, fromNs - NEW_NS, fromNs - CALL_NS)).map(({ src }) => src),
  );
  return others.some(({ src, timeNs }) => timeNs > fromNs - CALL_NS && !before.has(src));
}

const isIn = (value: number, from: number, until: number): boolean => value >= from && value < until;

function usualGap(tokens: readonly SealedPacket[]): number {
  const gaps = tokens.slice(1).map(({ timeNs }, i) => timeNs - (tokens[i]?.timeNs ?? timeNs));
  return gaps.sort((a, b) => a - b)[Math.floor(gaps.length * 0.95)] ?? 0;
}

/** In order of time. */
export function sealedGaps(
  packets: readonly SealedPacket[],
  isGroup: (address: number) => boolean,
  endNs: number,
): readonly SealedGap[] {
  const tokens = tokensOf(packets, isGroup);
  const usesGroup = packets.some(({ dst }) => isGroup(dst));
  const long = Math.max(GAP_NS_MIN, usualGap(tokens) * GAP_RATIO);
  const gaps: SealedGap[] = [];
  for (const [i, last] of tokens.entries()) {
    const next = tokens[i + 1] ?? null;
    const untilNs = next?.timeNs ?? endNs;
    if (i < TOKENS_MIN || untilNs - last.timeNs < long || gaps.length >= GAPS_MAX) continue;
    const inside = packets.filter(({ timeNs }) => timeNs > last.timeNs && timeNs < untilNs);
    const senders = [...new Set(tokens.slice(Math.max(0, i - TOKENS_MIN), i + 1).map(({ src }) => src))];
    const trains = senders.map((src) => trainOf(inside.filter((packet) => packet.src === src)));
    const joins = trains.flatMap((train) => train.slice(0, 3));
    const gathering = senders.filter((_, n) => (trains[n]?.length ?? 0) > 0);
    const fromNs = Math.min(...joins.map(({ timeNs }) => timeNs));
    const spoke = new Set(inside.filter(({ timeNs }) => timeNs >= fromNs - GAP_NS_MIN / 2).map(({ src }) => src));
    const silent = senders.filter((src) => !spoke.has(src));
    // Over knet a newcomer has pinged for long before it joins: there somebody must be missing.
    const isLoss = gathering.length > 0 && !isCalled(packets, senders, fromNs) && (usesGroup || silent.length > 0);
    if (isLoss) gaps.push({ last, next, untilNs, gathering, silent, joins });
  }
  return gaps;
}
