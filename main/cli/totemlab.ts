// The command line: picks the command, ends with its exit code.
import manifest from '../../package.json' with { type: 'json' };
import { analyse } from './analyse.ts';
import { capture } from './capture.ts';
import { decode } from './decode.ts';
import { HELP } from './help.ts';
import { complain } from './output.ts';
import { place } from './place.ts';

const COMMANDS: { readonly [name: string]: (args: readonly string[]) => Promise<number> } = {
  decode,
  analyse,
  capture,
  place,
};
const INTERRUPTED = 130;

async function main([name = '', ...args]: readonly string[]): Promise<number> {
  if (name === '--version') {
    process.stdout.write(`${manifest.version}\n`);
    return 0;
  }
  if (name === '' || name === '--help' || name === 'help') {
    process.stdout.write(`${HELP['']}\n`);
    return name === '' ? 2 : 0;
  }
  const command = COMMANDS[name];
  if (command !== undefined) return command(args);
  complain(`there is no command "${name}": totemlab --help lists them`);
  return 2;
}

process.once('SIGINT', () => process.exit(INTERRUPTED));
process.exitCode = await main(process.argv.slice(2));
