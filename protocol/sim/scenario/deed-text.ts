// What was done to a world, in the words that readCommand() reads. Messages and traffic have none here.
import { faultText } from '../fault.ts';
import type { Input } from '../sheep/clients.ts';
import type { Action } from './commands.ts';

/** What a command takes as its standard input. */
export const INPUT_PATHS: { readonly [K in Exclude<Input, 'nothing'>]: string } = {
  random: '/dev/urandom',
  zeros: '/dev/zero',
};

const quoted = (word: string): string => (/^[^\s"#]+$/.test(word) ? word : JSON.stringify(word));

/** `collie vdi write alice 0 4M < /dev/urandom`. */
export function collieText(words: readonly string[], input: Input): string {
  const from = input === 'nothing' ? '' : ` < ${INPUT_PATHS[input]}`;
  return `collie ${words.map(quoted).join(' ')}${from}`;
}

export function deedTexts(action: Action): readonly string[] {
  switch (action.kind) {
    case 'fault':
      return action.faults.map(faultText);
    case 'sheep':
      return [`sheep ${action.what} ${action.nodes.join(',')}`];
    case 'collie':
      return [`${action.node}> ${collieText(action.words, action.input)}`];
    default:
      return [];
  }
}
