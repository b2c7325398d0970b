// Kronosnet (libknet 1.x, on-wire version 1) in clear: header, data, ping, pong, path MTU probes, as declared on the
// wire. No decryption (protocol/crypto), no joining of fragments (defragment.ts).
import { fail, ok, type Result } from '../base/result.ts';
import { viewOf } from '../base/bytes.ts';
import { bytes, decode, i8, struct, u16, u16be, u8, type Layout } from '../wire/layout.ts';
import { COMPRESSION_MODELS } from './decompress.ts';
import type { DecodeProblem } from '../totem/decode.ts';

export const KNET_TYPES = { 0x00: 'data', 0x81: 'ping', 0x82: 'pong', 0x83: 'pmtud', 0x84: 'pmtud_reply' } as const;
export type KnetType = (typeof KNET_TYPES)[keyof typeof KNET_TYPES];
/** A data packet of this channel number or above carries host information of libknet, not a user's message. */
export const KNET_DATA_HEADER = 14;

const modelText = (model: number): string => `${model} (${COMPRESSION_MODELS[model] ?? 'unknown'})`;
const typeText = (type: number): string => `0x${type.toString(16).padStart(2, '0')} (${knetTypeOf(type) ?? 'unknown'})`;

export const KnetHeader = struct('knet_header', {
  version: u8('1'),
  type: u8('00 data, 81 ping, 82 pong, 83 path MTU probe, 84 its reply', typeText),
  node: u16be('node id of the sender'),
  maxVersion: u8('highest version known to the sender, 0 in libknet 1.x'),
  pad: u8('padding'),
});
export const KnetData = struct('knet_data', {
  header: KnetHeader,
  seq: u16be('counts the messages of this sender; the same for all destinations of a broadcast'),
  compression: u8('0 none, else the number of the compression model', modelText),
  pad: u8('padding'),
  broadcast: u8('1 to every node, 0 to one node'),
  fragments: u8('packets that the message was cut into, 1 if whole'),
  fragment: u8('number of this packet from 1, 0 if the message is whole'),
  channel: i8('0 for Corosync'),
});
export const KnetPing = struct('knet_ping', {
  header: KnetHeader,
  link: u8('link number'),
  time: bytes(16, 'monotonic time of the sender, given back in the pong'),
  seq: u16be('last data sequence number of the sender'),
  timed: u8('1 if the ping was sent by timer'),
});
export const KnetPmtud = struct('knet_pmtud', {
  header: KnetHeader,
  link: u8('link number'),
  size: u16('path MTU being tried, octets'),
});

export function knetTypeOf(type: number): KnetType | null {
  return (KNET_TYPES as { readonly [type: number]: KnetType })[type] ?? null;
}

export interface KnetPacket {
  readonly type: KnetType | 'host_info';
  readonly node: number;
  readonly seq: number | null;
  readonly fragments: number | null;
  readonly fragment: number | null;
  readonly broadcast: boolean | null;
  readonly channel: number | null;
  readonly link: number | null;
  readonly compression: number;
  /** The 16 octets of time that a pong gives back. */
  readonly time: Uint8Array | null;
  readonly layout: Layout<unknown>;
  readonly value: unknown;
  /** Offset after the declared structure. */
  readonly end: number;
}

const LAYOUTS: { readonly [K in KnetType]: Layout<unknown> } = {
  data: KnetData as Layout<unknown>,
  ping: KnetPing as Layout<unknown>,
  pong: KnetPing as Layout<unknown>,
  pmtud: KnetPmtud as Layout<unknown>,
  pmtud_reply: KnetPmtud as Layout<unknown>,
};

/** Reads the knet packet bytes[at, end). Never throws. libknet 1.x sends no host information packets of its own. */
export function readKnet(octets: Uint8Array, at: number, end: number): Result<KnetPacket, DecodeProblem> {
  if (end - at < 6) return fail({ kind: 'truncated', field: 'knet_header', at, need: 6, have: Math.max(0, end - at) });
  const type = knetTypeOf(octets[at + 1] ?? 0xff);
  if (type === null) return fail({ kind: 'unknown-type', at: at + 1, type: octets[at + 1] ?? 0 });
  const layout = LAYOUTS[type];
  // Native words of a knet packet are little-endian on every platform it was seen on.
  const decoded = decode(layout, viewOf(octets), at, end, true);
  if (!decoded.ok) return decoded;
  const value = decoded.value.value as {
    readonly header: { readonly node: number };
    readonly [field: string]: unknown;
  };
  const number = (field: string): number | null => (field in value ? (value[field] as number) : null);
  const isData = type === 'data';
  return ok({
    type,
    node: value.header.node,
    seq: number('seq'),
    fragments: isData ? number('fragments') : null,
    fragment: isData ? number('fragment') : null,
    broadcast: isData ? value['broadcast'] === 1 : null,
    channel: isData ? number('channel') : null,
    link: number('link'),
    compression: number('compression') ?? 0,
    time: 'time' in value ? (value['time'] as Uint8Array) : null,
    layout,
    value,
    end: decoded.value.end,
  });
}
