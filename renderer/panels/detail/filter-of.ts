// The filter that a field of the detail tree stands for: "totem.token_seq == 205". Pure.
import { isField } from '../../../app/filter/fields.ts';
import type { Dissection, Layer } from '../../../protocol/dissect/dissection.ts';
import type { FieldChoice } from '../../state/view-store.ts';

/** A value as a filter takes it: the number or word that a text begins with. */
function valueOf(text: string): string | null {
  const [word = ''] = text.split(/[\s,]/);
  return word === '' || /[(){}<>=!&|]/.test(word) ? null : word;
}

const textOf = ({ fields }: Layer, path: string): string | null =>
  fields.find((span) => span.path === path)?.text ?? null;

/** REP:SEQ of the ring id that a path lies in. */
function ringFilter(layer: Layer, path: string): string | null {
  const group = path.slice(0, path.indexOf('ring_id') + 'ring_id'.length);
  const rep = textOf(layer, `${group}.rep`) ?? textOf(layer, `${group}.rep.nodeid`);
  const seq = textOf(layer, `${group}.seq`);
  const name = `totem.${plain(group)}`;
  return rep === null || seq === null || !isField(name) ? null : `${name} == ${valueOf(rep)}:${valueOf(seq)}`;
}

/** A path as a filter names it: without numbers of list entries, and without the slot of an address. */
function plain(path: string): string {
  return path
    .replace(/\[\d+\]/g, '')
    .replace('.addr0.addr', '.ip')
    .replace('.addr0', '');
}

function totemFilter(layer: Layer, path: string, text: string): string | null {
  if (/(^|\.)ring_id(\.|$)/.test(path)) return ringFilter(layer, path);
  if (path === 'header.type') {
    const name = /\(([a-z_]+)\)/.exec(text)?.[1];
    return name === undefined ? null : `totem.kind == ${name}`;
  }
  const name = `totem.${plain(path)}`;
  const value = valueOf(text);
  return value === null || !isField(name) ? null : `${name} == ${value}`;
}

/** Null where no filter asks for such a field. */
export function filterOf(dissection: Dissection, { layer: number, field }: FieldChoice): string | null {
  const layer = dissection.layers[number];
  if (layer === undefined) return null;
  if (field < 0) {
    const kind = layer.name === 'totem' ? /^([a-z_]+),/.exec(layer.summary)?.[1] : undefined;
    return kind === undefined ? null : `totem.kind == ${kind}`;
  }
  const { path, text } = layer.fields[field] ?? { path: '', text: '' };
  const value = valueOf(text);
  switch (layer.name) {
    case 'ipv4':
    case 'ipv6':
      return value !== null && (path === 'src' || path === 'dst') ? `${path} == ${value}` : null;
    case 'udp':
      return value !== null && (path === 'sport' || path === 'dport') ? `totem.${path} == ${value}` : null;
    case 'totem':
      return totemFilter(layer, path, text);
    case 'knet':
      return value !== null && isField(`totem.knet.${path}`) ? `totem.knet.${path} == ${value}` : null;
    default:
      return null;
  }
}
