// What may stand where the caret is in a filter: fields, comparisons, values, words that join conditions. Tolerant of
// anything half typed. Pure.
import { PACKET_KINDS, isRelevant } from '../store/kinds.ts';
import { COMPARISONS } from './expression.ts';
import { fieldDoc } from './field-docs.ts';
import { FIELDS, isField } from './fields.ts';

export interface Completion {
  /** Takes the place of the text between `from` and `to`. */
  readonly text: string;
  readonly doc: string;
}

export interface Completions {
  readonly from: number;
  readonly to: number;
  readonly what: 'field' | 'comparison' | 'value' | 'joint';
  readonly options: readonly Completion[];
}

/** Values that a field may have in the capture that is open. */
export type ValuesOfField = (field: string) => readonly Completion[];

/** Options of one list: more are no help. */
export const OPTIONS_MAX = 50;

const WORD = /[^\s(){},!<>="'&|]*$/;
const TOKEN = /"[^"]*"?|'[^']*'?|==|!=|<=|>=|&&|\|\||[<>(){},!]|[^\s(){},!<>="'&|]+/g;

const COMPARISON_DOCS: Readonly<Record<string, string>> = {
  '==': 'is equal to',
  '!=': 'is there, and has no such value',
  '<': 'is less than',
  '<=': 'is at most',
  '>': 'is greater than',
  '>=': 'is at least',
  contains: 'has this text in it',
  in: 'is one of a list: in {1, 2}',
};

const JOINTS: readonly Completion[] = [
  { text: 'and', doc: 'both conditions hold' },
  { text: 'or', doc: 'one of the conditions holds' },
];

const FIXED: Readonly<Record<string, readonly Completion[]>> = {
  kind: PACKET_KINDS.filter((_, kind) => isRelevant(kind)).map(({ name, doc }) => ({ text: name, doc })),
  transport: [
    { text: 'udp', doc: 'udp and udpu' },
    { text: 'knet', doc: 'kronosnet' },
  ],
  dialect: ['corosync-1', 'corosync-2', 'corosync-3'].map((text) => ({ text, doc: 'generation of Corosync' })),
  authentic: [
    { text: 'true', doc: 'a key proves it' },
    { text: 'false', doc: 'a key fits others, not this packet' },
  ],
  'header.encapsulated': [
    { text: '1', doc: 'carries an mcast of the old ring' },
    { text: '2', doc: 'does not' },
  ],
  guarantee: [
    { text: '0', doc: 'agreed' },
    { text: '1', doc: 'safe' },
  ],
  'payload.service': ['CPG', 'SYNC', 'VOTEQUORUM', 'CMAP', 'CFG', 'EVS'].map((text) => ({ text, doc: 'service' })),
  'knet.type': ['data', 'host_info', 'ping', 'pong', 'pmtud', 'pmtud_reply'].map((text) => ({ text, doc: 'knet' })),
};

type State = 'field' | 'comparison' | 'value' | 'joint';

interface Before {
  readonly state: State;
  readonly field: string;
}

const isComparison = (token: string): boolean => token === 'in' || (COMPARISONS as readonly string[]).includes(token);

/** What is expected after a text. */
function after(text: string): Before {
  let state: State = 'field';
  let field = '';
  let isInList = false;
  for (const [token] of text.matchAll(TOKEN)) {
    if (['and', 'or', '&&', '||', 'not', '!', '('].includes(token)) state = 'field';
    else if (token === '{') [state, isInList] = ['value', true];
    else if (token === '}') [state, isInList] = ['joint', false];
    else if (token === ')') state = 'joint';
    else if (isComparison(token)) state = 'value';
    else if (state === 'value') state = isInList ? 'value' : 'joint';
    else [state, field] = ['comparison', token];
  }
  return { state, field };
}

function fieldOptions(typed: string): readonly Completion[] {
  const asked = typed.toLowerCase();
  const starts = FIELDS.filter((field) => field.startsWith(asked) || field.startsWith(`totem.${asked}`));
  const holds = FIELDS.filter((field) => !starts.includes(field) && asked !== '' && field.includes(asked));
  return [...starts, ...holds].map((text) => ({ text, doc: fieldDoc(text) }));
}

function valueOptions(field: string, typed: string, valuesOf: ValuesOfField): readonly Completion[] {
  const name = field.replace(/^totem\./, '');
  const asked = typed.toLowerCase();
  return [...(FIXED[name] ?? []), ...valuesOf(name)].filter(
    ({ text, doc }) => text.toLowerCase().startsWith(asked) || doc.toLowerCase().includes(asked),
  );
}

/** What may stand at the caret, best first. */
export function complete(text: string, caret: number, valuesOf: ValuesOfField): Completions {
  const left = text.slice(0, caret);
  const typed = WORD.exec(left)?.[0] ?? '';
  const from = caret - typed.length;
  const to = caret + (/^[^\s(){},!<>="'&|]*/.exec(text.slice(caret))?.[0].length ?? 0);
  const { state, field } = after(left.slice(0, from));
  const named = typed === '' ? [] : [{ text: 'not', doc: 'the condition does not hold' }];
  const all: Readonly<Record<State, () => readonly Completion[]>> = {
    field: () => [...fieldOptions(typed), ...named.filter((option) => option.text.startsWith(typed))],
    comparison: () =>
      [...[...COMPARISONS, 'in'].map((by) => ({ text: by, doc: COMPARISON_DOCS[by] ?? '' })), ...JOINTS].filter(
        (option) => option.text.startsWith(typed),
      ),
    value: () => valueOptions(field, typed, valuesOf),
    joint: () => JOINTS.filter((option) => option.text.startsWith(typed)),
  };
  // What is typed whole needs no completion.
  const options = all[state]().filter((option) => option.text !== typed || state === 'value');
  const isDone = options.length === 1 && options[0]?.text === typed;
  return { from, to, what: state, options: isDone ? [] : options.slice(0, OPTIONS_MAX) };
}

/** The text with a completion in its place, and where the caret goes. */
export function completed(
  text: string,
  { from, to }: Completions,
  option: Completion,
): { readonly text: string; readonly caret: number } {
  const word =
    /[\s(){},!<>="'&|]/.test(option.text) && isField(option.text) === false && !isComparison(option.text)
      ? `"${option.text}"`
      : option.text;
  const rest = text.slice(to);
  const gap = rest.startsWith(' ') ? '' : ' ';
  return { text: `${text.slice(0, from)}${word}${gap}${rest}`, caret: from + word.length + 1 };
}
