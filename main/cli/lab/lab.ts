// totemlab lab: starts the mini cluster in the foreground, takes lines, and ends leaving no process behind.
import { createWriteStream, readFileSync, type WriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { helperProgram } from '../../node/capture/helper-command.ts';
import { openCorosyncLab } from '../../node/lab/corosync/open-corosync-lab.ts';
import { openLab, type RunningLab } from '../../node/lab/open-lab.ts';
import type { ClusterEvent } from '../../node/lab/process-cluster.ts';
import type { LineResult } from '../../node/lab/prompt/line.ts';
import { clusterJson, clusterText, daemonJson, daemonText } from '../../node/lab/prompt/telling.ts';
import { takeOverInterrupts } from '../../node/start/interrupts.ts';
import { fail, type Result } from '../../../protocol/base/result.ts';
import { parseArguments } from '../arguments.ts';
import { HELP } from '../help.ts';
import { complain } from '../output.ts';
import { GoingOn, INTERRUPTED } from './going-on.ts';
import { labOptions, LAB_OPTION_SPEC, type LabOptions } from './lab-options.ts';

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Says what a line came to, or has come to so far. */
function answer(line: string, { out, err, code, again }: LineResult, isJson: boolean): void {
  if (isJson && again !== undefined) {
    if (out !== '' || err !== '') print(JSON.stringify({ event: 'output', line, out, err }));
  } else if (isJson) print(JSON.stringify({ event: 'line', line, out, err, code }));
  else {
    process.stdout.write(out);
    process.stderr.write(err);
  }
}

/** Lines of the prompt or of a file, one after the other; ends with the input or at `quit`. */
async function takeLines(
  lab: RunningLab,
  options: LabOptions,
  going: GoingOn,
  isStopped: () => boolean,
): Promise<number> {
  let failed = 0;
  const part = (line: string) => (result: LineResult) => answer(line, result, options.isJson);
  const take = async (line: string): Promise<boolean> => {
    const result = await going.run(line, (said) => lab.run(said), part(line));
    if (result.code !== 0) failed = 1;
    answer(line, result, options.isJson);
    return !result.isQuit && !isStopped();
  };
  if (options.exec !== null) {
    for (const line of readFileSync(options.exec, 'utf8').split('\n')) if (!(await take(line))) break;
    return failed;
  }
  const input = createInterface({ input: process.stdin, crlfDelay: Infinity });
  const isTerminal = process.stdin.isTTY === true && !options.isJson;
  if (isTerminal) process.stdout.write('lab> ');
  for await (const line of input) {
    if (!(await take(line))) break;
    if (isTerminal) process.stdout.write('lab> ');
  }
  input.close();
  return isTerminal ? 0 : failed;
}

function openCapture(path: string | null): WriteStream | null {
  const file = path === null ? null : createWriteStream(path);
  file?.on('error', (error) => complain(`${path} cannot be written: ${error.message}`));
  return file;
}

/** Whether the nodes that a lab begins with start at all: without one of them there is nothing to go on with. */
class Beginning {
  private readonly nodes: number;
  private readonly given: () => void;
  private readonly ended = new Set<number>();
  private hasBegun = false;

  constructor(nodes: number, given: () => void) {
    this.nodes = nodes;
    this.given = given;
  }

  heard(event: ClusterEvent): void {
    if (event.kind === 'node' && event.report.kind === 'up') this.hasBegun = true;
    if (event.kind !== 'ended' || this.hasBegun) return;
    this.ended.add(event.node.number);
    if (this.ended.size === this.nodes) this.given();
  }
}

/** Opens the lab that was asked for, with what happens in it on standard output; `given` where no node starts. */
async function open(
  options: LabOptions,
  capture: WriteStream | null,
  given: () => void,
): Promise<Result<RunningLab, string>> {
  const { isJson, transport } = options;
  const tell = (text: string | null): void => {
    if (text !== null) print(text);
  };
  if (options.host === 'corosync')
    return openCorosyncLab(options, (event) => tell(isJson ? JSON.stringify(daemonJson(event)) : daemonText(event)));
  if (transport === 'knet') return fail('--transport knet: of real daemons only, --host corosync');
  const beginning = new Beginning(options.nodes, given);
  const hooks = {
    program: helperProgram('lab-node'),
    capture: capture === null ? null : (bytes: Uint8Array) => void capture.write(bytes),
    onEvent: (event: ClusterEvent) => {
      tell(isJson ? JSON.stringify(clusterJson(event)) : clusterText(event));
      beginning.heard(event);
    },
    ...(isJson ? {} : { print: (to: 'stdout' | 'stderr', text: string) => void process[to].write(text) }),
  };
  return openLab({ ...options, transport }, hooks);
}

async function run(options: LabOptions): Promise<number> {
  // Real daemons are captured by tcpdump, which writes the file itself.
  const capture = options.host === 'corosync' ? null : openCapture(options.capture);
  const going = new GoingOn();
  let stop: (code: number) => void = () => undefined;
  let isStopped = false;
  const stopped = new Promise<number>((done) => {
    stop = (code) => {
      isStopped = true;
      going.interrupt();
      done(code);
    };
  });
  const opened = await open(options, capture, () => {
    complain('lab: none of its nodes could start, for the reasons above: the lab ends');
    stop(2);
  });
  if (!opened.ok) {
    complain(opened.problem);
    return 2;
  }
  // The command line as a whole ends at once; a lab ends its processes first.
  takeOverInterrupts(() =>
    process.on('SIGINT', () => {
      if (!going.interrupt()) stop(INTERRUPTED);
    }),
  );
  process.once('SIGTERM', () => stop(0));
  process.once('SIGHUP', () => stop(0));
  const code = await Promise.race([takeLines(opened.value, options, going, () => isStopped), stopped]);
  await opened.value.end('leave');
  if (capture !== null) await new Promise((done) => capture.end(done));
  return code;
}

export async function lab(args: readonly string[]): Promise<number> {
  const parsed = parseArguments('lab', args, LAB_OPTION_SPEC);
  if (!parsed.ok) {
    complain(parsed.problem);
    return 2;
  }
  if (parsed.value.flag('help')) {
    process.stdout.write(`${HELP['lab']}\n`);
    return 0;
  }
  const options = labOptions(parsed.value);
  if (!options.ok) {
    complain(`lab: ${options.problem}; see totemlab lab --help`);
    return 2;
  }
  const code = await run(options.value);
  process.stdin.destroy();
  return code;
}
