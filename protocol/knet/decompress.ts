// What libknet compressed before it cut it into packets, read again: zlib, lz4 and lz4hc, zstd. lzo2, lzma and bzip2
// are known by name alone. Bounded: a message has at most KNET_DATA_MAX octets, whatever a packet claims.
import { unzlibSync } from 'fflate';
import { decompress as unzstd } from 'fzstd';

/** Octets of a message over knet. */
export const KNET_DATA_MAX = 65_536;
/** Names by the number in the header of a data packet. */
export const COMPRESSION_MODELS: readonly string[] = ['none', 'zlib', 'lz4', 'lz4hc', 'lzo2', 'lzma', 'bzip2', 'zstd'];

const ZLIB = 1;
const LZ4 = 2;
const LZ4HC = 3;
const ZSTD = 7;

/** True where decompressKnet() knows the model; 0 stands for none. */
export function isReadableCompression(model: number): boolean {
  return model === ZLIB || model === LZ4 || model === LZ4HC || model === ZSTD;
}

/** The message, null where the data are damaged, too long, or of a model that is not read. Never throws. */
export function decompressKnet(model: number, data: Uint8Array): Uint8Array | null {
  if (model === LZ4 || model === LZ4HC) return lz4Block(data);
  try {
    if (model === ZLIB) return unzlib(data);
    if (model === ZSTD) return zstd(data);
  } catch {
    // Both libraries throw plain errors for damaged data, and for nothing else.
    return null;
  }
  return null;
}

function unzlib(data: Uint8Array): Uint8Array | null {
  // One octet more, to tell a message that is too long from the longest one.
  const out = unzlibSync(data, { out: new Uint8Array(KNET_DATA_MAX + 1) });
  return out.length === 0 || out.length > KNET_DATA_MAX ? null : out;
}

/** Content size in the header of a zstd frame (RFC 8878, 3.1.1.1), -1 where there is none. */
function zstdSize(data: Uint8Array): number {
  const descriptor = data[4] ?? 0;
  const flag = descriptor >> 6;
  const isSingle = (descriptor & 0x20) !== 0;
  const dictionary = [0, 1, 2, 4][descriptor & 3] ?? 0;
  const at = 5 + (isSingle ? 0 : 1) + dictionary;
  const octets = flag === 0 ? (isSingle ? 1 : 0) : 1 << flag;
  if (octets === 0 || at + octets > data.length) return -1;
  let size = 0;
  for (let i = octets - 1; i >= 0; i--) size = size * 256 + data[at + i]!;
  return octets === 2 ? size + 256 : size;
}

function zstd(data: Uint8Array): Uint8Array | null {
  const isFrame = data[0] === 0x28 && data[1] === 0xb5 && data[2] === 0x2f && data[3] === 0xfd;
  const size = isFrame ? zstdSize(data) : -1;
  if (size <= 0 || size > KNET_DATA_MAX) return null;
  const out = new Uint8Array(size);
  unzstd(data, out);
  return out;
}

/** One block of lz4: literals and copies of what came before, in turn. */
function lz4Block(data: Uint8Array): Uint8Array | null {
  const out = new Uint8Array(KNET_DATA_MAX);
  let at = 0;
  let length = 0;
  const long = (nibble: number): number => {
    let total = nibble;
    if (nibble === 15)
      for (let octet = 255; octet === 255 && at < data.length;) {
        octet = data[at++]!;
        total += octet;
      }
    return total;
  };
  while (at < data.length) {
    const token = data[at++]!;
    const literals = long(token >> 4);
    if (at + literals > data.length || length + literals > out.length) return null;
    out.set(data.subarray(at, at + literals), length);
    at += literals;
    length += literals;
    // The last sequence has no copy.
    if (at === data.length) return length === 0 ? null : out.subarray(0, length);
    if (at + 2 > data.length) return null;
    const offset = data[at]! | (data[at + 1]! << 8);
    at += 2;
    const copied = long(token & 15) + 4;
    if (offset === 0 || offset > length || length + copied > out.length) return null;
    for (let i = 0; i < copied; i++) out[length + i] = out[length + i - offset]!;
    length += copied;
  }
  return null;
}
