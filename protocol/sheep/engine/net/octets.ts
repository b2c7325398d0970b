// Octets of a stream as they arrive, taken off in the portions that they mean. Nothing is copied but headers.
import { concatBytes } from '../../../base/bytes.ts';
import type { Octets } from '../state.ts';

export function noOctets(): Octets {
  return { parts: [], length: 0 };
}

export function addOctets(to: Octets, octets: Uint8Array): void {
  if (octets.length === 0) return;
  to.parts.push(octets);
  to.length += octets.length;
}

/** Takes the first `length` octets off, as the parts they lie in; there must be as many. */
export function takeOctets(from: Octets, length: number): readonly Uint8Array[] {
  const taken: Uint8Array[] = [];
  let left = length;
  let used = 0;
  while (left > 0) {
    const part = from.parts[used] ?? new Uint8Array(0);
    if (part.length <= left) {
      taken.push(part);
      used++;
      left -= part.length;
    } else {
      taken.push(part.subarray(0, left));
      from.parts[used] = part.subarray(left);
      left = 0;
    }
  }
  from.parts.splice(0, used);
  from.length -= length;
  return taken;
}

export function lengthOf(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, part) => sum + part.length, 0);
}

/** The parts as one, without a copy where there is only one. */
export function joined(parts: readonly Uint8Array[]): Uint8Array {
  return parts.length === 1 ? (parts[0] ?? new Uint8Array(0)) : concatBytes(parts);
}

/** Octets [from, to) of the parts, as parts. */
export function sliceParts(parts: readonly Uint8Array[], from: number, to: number): readonly Uint8Array[] {
  const slices: Uint8Array[] = [];
  let at = 0;
  for (const part of parts) {
    const start = Math.max(from, at);
    const end = Math.min(to, at + part.length);
    if (start < end) slices.push(part.subarray(start - at, end - at));
    at += part.length;
  }
  return slices;
}
