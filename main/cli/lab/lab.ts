// totemlab lab: starts the mini cluster in the foreground, takes lines, and ends leaving no process behind.
import { createWriteStream, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { totemConfig } from '../../../protocol/totem/engine/config.ts';
import { SHEEP_PORT } from '../../../protocol/sheep/node-entry.ts';
import { LAB_NODES_MAX } from '../../../app/lab/cluster.ts';
import { ProcessCluster, type ClusterEvent } from '../../node/lab/process-cluster.ts';
import { helperProgram } from '../../node/capture/helper-command.ts';
import { parseArguments } from '../arguments.ts';
import { HELP } from '../help.ts';
import { complain } from '../output.ts';
import { labOptions, LAB_OPTION_SPEC, type LabOptions } from './lab-options.ts';
import { runLine, type LineResult } from './prompt.ts';
import { clusterJson, clusterText } from './telling.ts';

const INTERRUPTED = 130;
/** Nodes more than were asked for that every nodelist knows, so that they can be added while the ring turns. */
const SPARE_NODES = 5;
const REPORT_TOKEN = 1000;
const GROUP = '226.94.1.1';

class Lab {
  readonly cluster: ProcessCluster;
  private readonly options: LabOptions;
  private readonly capture: ReturnType<typeof createWriteStream> | null;
  private lastEvent = Date.now();

  constructor(options: LabOptions, directory: string, configuredToken: number) {
    this.options = options;
    const slots = Math.min(LAB_NODES_MAX, options.nodes + SPARE_NODES);
    // The report's Corosync knows no coefficient; that of 3 counts the nodes of the list.
    const config = totemConfig({ token: configuredToken }, options.nodes, options.dialect);
    if (!config.ok) throw new LabProblem(config.problem);
    this.capture = options.capture === null ? null : createWriteStream(options.capture);
    this.capture?.on('error', (error) => complain(`${options.capture} cannot be written: ${error.message}`));
    const { capture } = this;
    this.cluster = new ProcessCluster({
      dialect: options.dialect,
      transport: options.transport,
      group: GROUP,
      port: options.port,
      configuredToken,
      config: config.value,
      directory,
      slots,
      sheep: options.isWithoutSheep
        ? null
        : { behaviour: options.behaviour, port: SHEEP_PORT, zone: null, isDurable: false, isDebug: false },
      program: helperProgram('lab-node'),
      capture: capture === null ? null : (bytes) => void capture.write(bytes),
      onEvent: (event) => this.told(event),
    });
  }

  readonly lastEventMs = (): number => this.lastEvent;

  private told(event: ClusterEvent): void {
    this.lastEvent = Date.now();
    if (this.options.isJson) this.print(JSON.stringify(clusterJson(event)));
    else {
      const text = clusterText(event);
      if (text !== null) this.print(text);
    }
  }

  print(line: string): void {
    process.stdout.write(`${line}\n`);
  }

  /** Says what a line came to. */
  answer(line: string, { out, err, code }: LineResult): void {
    if (this.options.isJson) this.print(JSON.stringify({ event: 'line', line, out, err, code }));
    else {
      process.stdout.write(out);
      process.stderr.write(err);
    }
  }

  async end(how: 'leave' | 'kill'): Promise<void> {
    await this.cluster.end(how);
    const { capture } = this;
    if (capture !== null) await new Promise((done) => capture.end(done));
  }
}

class LabProblem extends Error {}

/** Lines of the prompt or of a file, one after the other; ends with the input or at `quit`. */
async function takeLines(lab: Lab, options: LabOptions, isStopped: () => boolean): Promise<number> {
  let failed = 0;
  const take = async (line: string): Promise<boolean> => {
    const result = await runLine({ cluster: lab.cluster, lastEventMs: lab.lastEventMs }, line);
    if (result.code !== 0) failed = 1;
    lab.answer(line, result);
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

async function run(options: LabOptions): Promise<number> {
  const directory = options.directory ?? (await mkdtemp(join(tmpdir(), 'totem-lab-')));
  const token = options.token ?? REPORT_TOKEN;
  const lab = new Lab(options, directory, token);
  for (let i = 0; i < options.nodes; i++) lab.cluster.add();
  let stop: (code: number) => void = () => undefined;
  let isStopped = false;
  const stopped = new Promise<number>((done) => {
    stop = (code) => {
      isStopped = true;
      done(code);
    };
  });
  // The command line as a whole ends at once; a lab ends its processes first.
  process.removeAllListeners('SIGINT');
  process.once('SIGINT', () => stop(INTERRUPTED));
  process.once('SIGTERM', () => stop(0));
  process.once('SIGHUP', () => stop(0));
  const code = await Promise.race([takeLines(lab, options, () => isStopped), stopped]);
  await lab.end('leave');
  if (options.directory === null) await rm(directory, { recursive: true, force: true });
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
  try {
    const code = await run(options.value);
    process.stdin.destroy();
    return code;
  } catch (error) {
    if (!(error instanceof LabProblem)) throw error;
    complain(error.message);
    return 2;
  }
}
