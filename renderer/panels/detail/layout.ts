// The detail tree as a flat list of lines: layers, groups of fields with a common path, fields. Pure.
import type { Dissection, Layer } from '../../../protocol/dissect/dissection.ts';
import type { FieldChoice } from '../../state/view-store.ts';

export interface DetailLine {
  /** Stable as long as the kind of packet is: what is open stays open from packet to packet. */
  readonly key: string;
  readonly depth: number;
  readonly label: string;
  readonly text: string;
  readonly doc: string;
  readonly ctype: string;
  readonly choice: FieldChoice;
  readonly isOpen: boolean | null;
  readonly problem: string | null;
}

/** Layers that are closed until a person opens them: they say little about a ring. */
const CLOSED = new Set(['ethernet', 'linux cooked', 'sll', 'sll2', 'null', 'loop', 'ipv4', 'ipv6', 'udp', 'vlan']);

/** Groups whose short form says all that most people want of them. */
const CLOSED_GROUPS = new Set(['header', 'ring_id', 'system_from', 'rep']);

/** Whether a line is open, where a person has not decided. Keys are LAYER/NUMBER, then a step a group. */
function opensItself(key: string): boolean {
  const [name, , ...groups] = key.split('/');
  return groups.length === 0 ? !CLOSED.has(name ?? '') : !CLOSED_GROUPS.has(groups.at(-1) ?? '');
}

interface Group {
  readonly name: string;
  readonly children: (Group | { readonly field: number; readonly name: string })[];
}

/** Splits "rtr_list[0].ring_id.seq" into its steps: rtr_list, [0], ring_id, seq. */
export function pathSteps(path: string): readonly string[] {
  return path.split(/\.|(?=\[)/).filter((step) => step !== '');
}

function grouped(layer: Layer): Group {
  const root: Group = { name: '', children: [] };
  for (const [field, { path }] of layer.fields.entries()) {
    const steps = pathSteps(path);
    let group = root;
    for (const step of steps.slice(0, -1)) {
      const last = group.children.at(-1);
      if (last !== undefined && 'children' in last && last.name === step) group = last;
      else {
        const next: Group = { name: step, children: [] };
        group.children.push(next);
        group = next;
      }
    }
    group.children.push({ field, name: steps.at(-1) ?? path });
  }
  return root;
}

const firstField = (node: Group['children'][number]): number => {
  if ('field' in node) return node.field;
  const [first] = node.children;
  return first === undefined ? -1 : firstField(first);
};

/** What a closed group holds, in short: "seq 12, aru 12". */
function groupText(group: Group, layer: Layer): string {
  const parts = group.children.slice(0, 4).map((child) => {
    if ('field' in child) return `${child.name} ${layer.fields[child.field]?.text ?? ''}`;
    return `${child.name} (${groupText(child, layer)})`;
  });
  const isLong = group.children.length > 4;
  return group.children.every((child) => child.name.startsWith('['))
    ? `${group.children.length} entries`
    : parts.join(', ') + (isLong ? ' …' : '');
}

/** The lines to show. `toggled` holds the keys that a person has turned from what they would be. */
export function detailLines(dissection: Dissection, toggled: ReadonlySet<string>): readonly DetailLine[] {
  const lines: DetailLine[] = [];
  const isOpenOf = (key: string): boolean => opensItself(key) !== toggled.has(key);
  const counts = new Map<string, number>();

  const addChildren = (group: Group, layer: Layer, number: number, prefix: string, depth: number): void => {
    for (const child of group.children) {
      const key = `${prefix}/${child.name}`;
      const choice = { layer: number, field: firstField(child) };
      if ('field' in child) {
        const field = layer.fields[child.field];
        if (field === undefined) continue;
        const { text, doc, ctype, path } = field;
        lines.push({
          key: `${key}#${child.field}`,
          depth,
          label: child.name,
          text,
          doc: doc === '' ? path : doc,
          ctype,
          choice,
          isOpen: null,
          problem: null,
        });
      } else {
        const isOpen = isOpenOf(key);
        lines.push({
          key,
          depth,
          label: child.name,
          text: groupText(child, layer),
          doc: child.name,
          ctype: '',
          choice,
          isOpen,
          problem: null,
        });
        if (isOpen) addChildren(child, layer, number, key, depth + 1);
      }
    }
  };
  for (const [number, layer] of dissection.layers.entries()) {
    const seen = counts.get(layer.name) ?? 0;
    counts.set(layer.name, seen + 1);
    const key = `${layer.name}/${seen}`;
    const isOpen = isOpenOf(key);
    const choice = { layer: number, field: -1 };
    const problem = layer.problem?.says ?? null;
    const source = dissection.sources[layer.source]?.label ?? 'frame';
    const doc = `${layer.length} octets from octet ${layer.offset} of the ${source}`;
    lines.push({ key, depth: 0, label: layer.name, text: layer.summary, doc, ctype: '', choice, isOpen, problem });
    if (isOpen) addChildren(grouped(layer), layer, number, key, 1);
  }
  return lines;
}

/** The keys that must be open for a field to be seen: its layer and its groups. */
export function keysAbove(dissection: Dissection, { layer: number, field }: FieldChoice): readonly string[] {
  const layer = dissection.layers[number];
  if (layer === undefined) return [];
  const seen = dissection.layers.slice(0, number).filter(({ name }) => name === layer.name).length;
  const keys = [`${layer.name}/${seen}`];
  const steps = field < 0 ? [] : pathSteps(layer.fields[field]?.path ?? '');
  for (const step of steps.slice(0, -1)) keys.push(`${keys.at(-1)}/${step}`);
  return field < 0 ? [] : keys;
}

/** `toggled` changed so that all these keys are open. */
export function withOpen(toggled: ReadonlySet<string>, keys: readonly string[]): ReadonlySet<string> {
  const next = new Set(toggled);
  for (const key of keys)
    if (opensItself(key)) next.delete(key);
    else next.add(key);
  return next;
}
