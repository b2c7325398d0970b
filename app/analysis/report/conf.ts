// The timers that a corosync.conf puts in force, by Corosync's own formulae (specs of its timers). Reads text only.

/** Milliseconds. */
export interface Timers {
  readonly token: number;
  readonly tokenRetransmit: number;
  readonly hold: number;
  readonly join: number;
  readonly consensus: number;
  readonly merge: number;
  /** Nodes of the nodelist, 0 without one. */
  readonly nodes: number;
}

interface Section {
  readonly name: string;
  readonly values: ReadonlyMap<string, string>;
}

/** Sections of the file with their values; nested ones come as sections of their own. */
function sectionsOf(text: string): readonly Section[] {
  const done: Section[] = [];
  const open: { readonly name: string; readonly values: Map<string, string> }[] = [];
  for (const raw of text.split('\n')) {
    const line = raw.replace(/#.*$/, '').trim();
    const start = /^(\w+)\s*\{$/.exec(line);
    const pair = /^(\w+)\s*:\s*(.*)$/.exec(line);
    if (start !== null) open.push({ name: start[1] ?? '', values: new Map() });
    else if (line === '}') {
      const section = open.pop();
      if (section !== undefined) done.push(section);
    } else if (pair !== null) open.at(-1)?.values.set(pair[1] ?? '', (pair[2] ?? '').trim());
  }
  return done;
}

/** True where a text holds what a corosync.conf must. */
export function isCorosyncConf(text: string): boolean {
  return sectionsOf(text).some(({ name }) => name === 'totem');
}

/** Names of the nodelist, by which a person may call a node, with the first address of each. */
export function namesOf(text: string): ReadonlyMap<string, string> {
  const named = sectionsOf(text).flatMap(({ name, values }) => {
    const [own, address] = [values.get('name'), values.get('ring0_addr')];
    return name === 'node' && own !== undefined && address !== undefined ? [[own, address] as const] : [];
  });
  return new Map(named);
}

const HZ_MS = 10;
const DEFAULT_TOKEN = { old: 1000, new: 3000 };

/**
 * The timers in force. `isThree`: Corosync 3.1, whose token is 3000 unless told. A nodelist of more than two nodes adds
 * token_coefficient for each further one, from 2.3.4 on.
 */
export function timersOf(text: string, isThree: boolean): Timers {
  const sections = sectionsOf(text);
  const totem = sections.find(({ name }) => name === 'totem')?.values ?? new Map<string, string>();
  const number = (name: string, otherwise: number): number => {
    const value = Number(totem.get(name) ?? Number.NaN);
    return Number.isFinite(value) ? value : otherwise;
  };
  const nodes = sections.filter(({ name, values }) => name === 'node' && values.has('ring0_addr')).length;
  const base = number('token', isThree ? DEFAULT_TOKEN.new : DEFAULT_TOKEN.old);
  const token = nodes > 2 ? base + (nodes - 2) * number('token_coefficient', 650) : base;
  const before = number('token_retransmits_before_loss_const', 4);
  const tokenRetransmit = number('token_retransmit', Math.floor(token / (before + 0.2)));
  const hold = number('hold', Math.floor(tokenRetransmit * 0.8 - HZ_MS));
  const consensus = number('consensus', Math.floor(1.2 * token));
  return { token, tokenRetransmit, hold, join: number('join', 50), consensus, merge: number('merge', 200), nodes };
}
