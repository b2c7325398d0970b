// Bytes in rows of sixteen, and which field a byte belongs to. Pure.
import type { Dissection } from '../../../protocol/dissect/dissection.ts';
import type { FieldChoice } from '../../state/view-store.ts';

/** Octets of a row, where there is room and where there is not. */
export const ROW_OCTETS = 16;
export const NARROW_OCTETS = 8;

/** A stretch of the bytes of one source. */
export interface Stretch {
  readonly source: number;
  readonly from: number;
  readonly to: number;
}

/** The bytes of a field, or of a layer where `field` is -1; null for what is not there. */
export function stretchOf(dissection: Dissection, { layer: number, field }: FieldChoice): Stretch | null {
  const layer = dissection.layers[number];
  const { offset, length } = (field < 0 ? layer : layer?.fields[field]) ?? {};
  if (layer === undefined || offset === undefined || length === undefined) return null;
  return { source: layer.source, from: offset, to: offset + length };
}

/** The smallest field that covers a byte, of the innermost layer that has one; else that layer; null for none. */
export function fieldAt(dissection: Dissection, source: number, at: number): FieldChoice | null {
  let found: FieldChoice | null = null;
  let foundLength = Number.POSITIVE_INFINITY;
  for (const [number, layer] of dissection.layers.entries()) {
    if (layer.source !== source) continue;
    for (const [field, { offset, length }] of layer.fields.entries())
      if (at >= offset && at < offset + length && length <= foundLength) {
        found = { layer: number, field };
        foundLength = length;
      }
    const isInLayer = at >= layer.offset && at < layer.offset + layer.length;
    if (isInLayer && found === null) found = { layer: number, field: -1 };
  }
  return found;
}

/** The source whose bytes are shown first: the innermost that a layer was read from. */
export function firstSource(dissection: Dissection): number {
  return dissection.sources.length === 0 ? -1 : (dissection.layers.find(({ name }) => name === 'totem')?.source ?? 0);
}

const HEX = Array.from({ length: 256 }, (_, octet) => octet.toString(16).padStart(2, '0'));

export interface HexCell {
  readonly at: number;
  readonly hex: string;
  readonly text: string;
}

export function hexRow(bytes: Uint8Array, row: number, octets = ROW_OCTETS): readonly HexCell[] {
  const cells: HexCell[] = [];
  for (let at = row * octets; at < Math.min(bytes.length, (row + 1) * octets); at++) {
    const octet = bytes[at] ?? 0;
    cells.push({ at, hex: HEX[octet] ?? '', text: octet >= 0x20 && octet < 0x7f ? String.fromCharCode(octet) : '·' });
  }
  return cells;
}

export const offsetText = (row: number, octets = ROW_OCTETS): string => (row * octets).toString(16).padStart(4, '0');
