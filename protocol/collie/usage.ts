// The commands of collie 0.3.0, their options and their help, word for word.

interface OptionHelp {
  readonly long: string;
  readonly hasValue: boolean;
  /** Lines of its help. */
  readonly says: readonly string[];
}

export type OptionLetter = 'a' | 'p' | 'r' | 'h' | 's' | 'P' | 'i' | 'd' | 'x' | 'c' | 'H' | 'f';

export const OPTIONS: { readonly [L in OptionLetter]: OptionHelp } = {
  a: { long: 'address', hasValue: true, says: ['specify the daemon address (default: localhost)'] },
  p: { long: 'port', hasValue: true, says: ['specify the daemon port'] },
  r: {
    long: 'raw',
    hasValue: false,
    says: ['raw output mode: omit headers, separate fields with', 'single spaces and print all sizes in decimal bytes'],
  },
  h: { long: 'help', hasValue: false, says: ['display this help and exit'] },
  s: { long: 'snapshot', hasValue: true, says: ['specify a snapshot id or tag name'] },
  P: { long: 'prealloc', hasValue: false, says: ['preallocate all the data objects'] },
  i: { long: 'index', hasValue: true, says: ['specify the index of data objects'] },
  d: { long: 'delete', hasValue: false, says: ['delete a key'] },
  x: { long: 'exclusive', hasValue: false, says: ['write in an exclusive mode'] },
  c: { long: 'copies', hasValue: true, says: ['specify the data redundancy (number of copies)'] },
  H: {
    long: 'nohalt',
    hasValue: false,
    says: ['serve IO requests even if there are too few', 'nodes for the configured redundancy'],
  },
  f: { long: 'force', hasValue: false, says: ['do not prompt for confirmation'] },
};

export interface CommandHelp {
  readonly command: string;
  readonly name: string;
  /** Option letters in the order of the help. */
  readonly letters: string;
  readonly arguments: string;
  readonly says: string;
  /** A third word is needed. */
  readonly wantsArgument: boolean;
  /** The list of nodes is fetched before anything else. */
  readonly needsNodes: boolean;
}

const line = (
  full: string,
  letters: string,
  given: string,
  says: string,
  [wantsArgument, needsNodes]: readonly [boolean, boolean],
): CommandHelp => {
  const [command = '', name = ''] = full.split(' ');
  return { command, name, letters, arguments: given, says, wantsArgument, needsNodes };
};

export const COMMANDS: readonly CommandHelp[] = [
  line('vdi create', 'Paph', '<vdiname> <size>', 'create an image', [true, true]),
  line('vdi snapshot', 'saph', '<vdiname>', 'create a snapshot', [true, true]),
  line('vdi clone', 'sPaph', '<src vdi> <dst vdi>', 'clone an image', [true, true]),
  line('vdi delete', 'saph', '<vdiname>', 'delete an image', [true, true]),
  line('vdi list', 'aprh', '[vdiname]', 'list images', [false, true]),
  line('vdi tree', 'aph', '', 'show images in tree view format', [false, true]),
  line('vdi graph', 'aph', '', 'show images in Graphviz dot format', [false, true]),
  line('vdi object', 'isaph', '<vdiname>', 'show object information in the image', [true, true]),
  line('vdi setattr', 'dxaph', '<vdiname> <key> [value]', 'set a VDI attribute', [true, true]),
  line('vdi getattr', 'aph', '<vdiname> <key>', 'get a VDI attribute', [true, true]),
  line('vdi resize', 'aph', '<vdiname> <new size>', 'resize an image', [true, true]),
  line('vdi read', 'saph', '<vdiname> [<offset> [<len>]]', 'read data from an image', [true, true]),
  line('vdi write', 'aph', '<vdiname> [<offset> [<len>]]', 'write data to an image', [true, true]),
  line('node list', 'aprh', '', 'list nodes', [false, true]),
  line('node info', 'aprh', '', 'show information about each node', [false, true]),
  line('cluster info', 'aprh', '', 'show cluster information', [false, false]),
  line('cluster format', 'cHaph', '', 'create a Sheepdog store', [false, false]),
  line('cluster shutdown', 'aph', '', 'stop Sheepdog', [false, true]),
  line('cluster recover', 'afph', '', 'manually recover the cluster', [false, false]),
];

export function lettersOf({ letters }: CommandHelp): readonly OptionLetter[] {
  return letters.split('') as OptionLetter[];
}

/** The usage of collie as a whole. */
export function mainUsage(): string {
  const lines = COMMANDS.map(({ command, name, says }) => `  ${`${command} ${name}`.padEnd(24)}${says}`);
  return [
    'Sheepdog administrator utility',
    'Usage: collie <command> <subcommand> [options]',
    '',
    'Available commands:',
    ...lines,
    '',
    "For more information, run 'collie <command> <subcommand> --help'.",
    '',
  ].join('\n');
}

function optionLines(letter: OptionLetter): readonly string[] {
  const { long, says } = OPTIONS[letter];
  const [first = '', ...more] = says;
  return [`  ${`-${letter}, --${long}`.padEnd(24)}${first}`, ...more.map((text) => `${' '.repeat(26)}${text}`)];
}

/** The usage of one subcommand. */
export function commandUsage(help: CommandHelp): string {
  const letters = lettersOf(help);
  const short = letters.map((letter) => {
    const { long, hasValue } = OPTIONS[letter];
    return `[-${letter}${hasValue ? ` ${long}` : ''}]`;
  });
  const words = ['Usage: collie', help.command, help.name, ...short, help.arguments].filter((word) => word !== '');
  return [words.join(' '), 'Options:', ...letters.flatMap(optionLines), ''].join('\n');
}

/** What is said to a subcommand that there is not. */
export function unknownSubcommand(command: string, name: string): string {
  const known = COMMANDS.filter((help) => help.command === command).map((help) => `  ${help.command} ${help.name}`);
  return [`Invalid command '${command} ${name}'`, `Available ${command} commands:`, ...known, ''].join('\n');
}
