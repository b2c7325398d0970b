// The command line: picks the command, ends with its exit code.
import manifest from '../../package.json' with { type: 'json' };
import { nearest } from '../../app/filter/nearest.ts';
import { analyse } from './analyse.ts';
import { capture } from './capture.ts';
import { decode } from './decode.ts';
import { exportCapture } from './export/export.ts';
import { HELP } from './help.ts';
import { lab } from './lab/lab.ts';
import { node } from './node.ts';
import { complain } from './output.ts';
import { image } from './store/image.ts';
import { report } from './export/report.ts';
import { place } from './store/place.ts';
import { simulate } from './sim/simulate.ts';
import { swarm } from './sim/swarm.ts';
import { table } from './export/table.ts';

type Command = (args: readonly string[]) => Promise<number>;
const COMMANDS = new Map<string, Command>([
  ['decode', decode],
  ['analyse', analyse],
  ['capture', capture],
  ['image', image],
  ['export', exportCapture],
  ['lab', lab],
  ['node', node],
  ['place', place],
  ['report', report],
  ['simulate', simulate],
  ['swarm', swarm],
  ['table', table],
]);
const INTERRUPTED = 130;

async function main([name = '', ...args]: readonly string[]): Promise<number> {
  if (name === '--version') {
    process.stdout.write(`${manifest.version}\n`);
    return 0;
  }
  if (name === '--help' || name === '-h' || name === 'help') {
    process.stdout.write(`${HELP[args[0] ?? ''] ?? HELP['']}\n`);
    return 0;
  }
  if (name === '') {
    complain('say what to do: totemlab decode FILE, totemlab analyse FILE, or totemlab --help');
    return 2;
  }
  const command = COMMANDS.get(name);
  if (command !== undefined) return command(args);
  const near = nearest(name, [...COMMANDS.keys()]);
  const meant = near.length === 0 ? '' : `did you mean ${near.join(' or ')}? `;
  complain(`there is no command "${name}": ${meant}totemlab --help lists them`);
  return 2;
}

process.once('SIGINT', () => process.exit(INTERRUPTED));
// A reader that has seen enough (head) ends the command quietly.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  complain(`the output cannot be written (${error.code ?? error.message}): is the disk full?`);
  process.exit(2);
});
process.exitCode = await main(process.argv.slice(2));
