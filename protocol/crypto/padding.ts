// PKCS#7 padding of block ciphers, taken off.

/** The text before the padding of blocks of `block` octets (at most 255); null where the padding is wrong. */
export function withoutPadding(padded: Uint8Array, block: number): Uint8Array | null {
  const pad = padded[padded.length - 1] ?? 0;
  if (pad < 1 || pad > block || pad > padded.length) return null;
  for (let i = padded.length - pad; i < padded.length; i++) if (padded[i] !== pad) return null;
  return padded.subarray(0, padded.length - pad);
}
