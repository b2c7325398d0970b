// The command line: picks the command, ends with its exit code.
import manifest from '../../package.json' with { type: 'json' };
import { nearest } from '../../app/filter/nearest.ts';
import { HELP } from './help.ts';
import { complain } from './output.ts';

type Command = (args: readonly string[]) => Promise<number>;
/** Each is loaded when it is asked for: who wants one command waits for no other. */
const COMMANDS = new Map<string, () => Promise<Command>>([
  ['decode', async () => (await import('./decode.ts')).decode],
  ['analyse', async () => (await import('./analyse.ts')).analyse],
  ['capture', async () => (await import('./capture.ts')).capture],
  ['image', async () => (await import('./store/image.ts')).image],
  ['export', async () => (await import('./export/export.ts')).exportCapture],
  ['lab', async () => (await import('./lab/lab.ts')).lab],
  ['node', async () => (await import('./node.ts')).node],
  ['place', async () => (await import('./store/place.ts')).place],
  ['report', async () => (await import('./export/report.ts')).report],
  ['simulate', async () => (await import('./sim/simulate.ts')).simulate],
  ['swarm', async () => (await import('./sim/swarm.ts')).swarm],
  ['table', async () => (await import('./export/table.ts')).table],
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
  const load = COMMANDS.get(name);
  if (load !== undefined) return (await load())(args);
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
