// The lab of one window: a mini cluster of processes, its capture in a spool file that the window reads while it grows,
// what a window sees of it. Knows no window.
import { setTimeout as rest } from 'node:timers/promises';
import { serialize } from 'node:v8';
import { labMarkText } from '../../../../app/lab/lab-mark.ts';
import type {
  LabFault,
  LabNodeView,
  LabObjects,
  LabOptions,
  LabReply,
  LabSnapshot,
} from '../../../../app/lab/lab-view.ts';
import type { LabNodeStatus } from '../../../../app/lab/cluster.ts';
import { fail, ok, type Result } from '../../../../protocol/base/result.ts';
import { GrowingCapture } from '../../capture/growing/growing-capture.ts';
import { createSpool, type Spool } from '../../capture/spool.ts';
import type { HelperProgram } from '../child-node.ts';
import { openLab, type OpenLab } from '../open-lab.ts';
import type { ClusterEvent } from '../process-cluster.ts';
import { faultOf } from './fault-words.ts';
import { lookAtStores } from './stores-view.ts';

/** Milliseconds between two looks at the nodes; more where there are many. */
const LOOK_MS = 200;
const LOOK_MS_PER_NODE = 15;
/** Milliseconds between two looks at the stores. */
const STORES_MS = 1000;
/** Faults kept for the window; all are in the capture. */
const FAULTS_MAX = 1000;
const TOTEM_PORT = 5405;

export interface WindowLabHooks {
  readonly program: HelperProgram;
  /** Where the capture is written. */
  readonly spool: string;
  readonly changed: (snapshot: LabSnapshot) => void;
}

export class WindowLab {
  readonly capture: GrowingCapture;
  private readonly options: LabOptions;
  private readonly hooks: WindowLabHooks;
  private readonly spool: Spool;
  private lab: OpenLab | null = null;
  private readonly statuses = new Map<number, LabNodeStatus | null>();
  private readonly asked = new Set<number>();
  private readonly ups = new Set<number>();
  private faults: readonly LabFault[] = [];
  private objects: LabObjects | null = null;
  /** Of the spool, or of the lab as a whole. */
  private problem: string | null = null;
  private readonly nodeProblems = new Map<number, string>();
  private hasEnded = false;
  private told: Buffer | null = null;

  private constructor(options: LabOptions, hooks: WindowLabHooks) {
    this.options = options;
    this.hooks = hooks;
    this.capture = new GrowingCapture(hooks.spool);
    this.spool = createSpool(hooks.spool, {
      drained: () => undefined,
      failed: (says) => (this.problem = says),
      written: (octets) => this.capture.grew(octets),
    });
  }

  /** Starts the nodes; what is wrong with the options, in a sentence. */
  static async start(options: LabOptions, hooks: WindowLabHooks): Promise<Result<WindowLab, string>> {
    const own = new WindowLab(options, hooks);
    const { nodes, dialect, transport, tokenMs, behaviour, withSheep } = options;
    const opened = await openLab(
      {
        nodes,
        dialect,
        transport,
        token: tokenMs,
        directory: null,
        port: TOTEM_PORT,
        behaviour: withSheep ? behaviour : null,
      },
      {
        program: hooks.program,
        capture: (bytes) => void own.spool.write(bytes),
        onEvent: (event) => own.heard(event),
      },
    );
    if (!opened.ok) {
      await own.spool.end();
      return fail(opened.problem);
    }
    own.lab = opened.value;
    void own.look();
    if (withSheep) void own.lookAtStores();
    return ok(own);
  }

  /** A line of the prompt. */
  async command(line: string): Promise<LabReply> {
    const { lab } = this;
    if (lab === null || this.hasEnded) return { output: 'the lab has ended\n', exitCode: 1 };
    const atNs = lab.cluster.nowNs();
    const { out, err, code, isQuit, again } = await lab.run(line);
    if (isQuit) void this.end();
    const nodes = code === 0 ? faultOf(lab.cluster, line) : null;
    if (nodes !== null) {
      const fault = { atNs, words: line.trim(), nodes };
      this.faults = [...this.faults, fault].slice(-FAULTS_MAX);
      lab.cluster.mark(atNs, labMarkText(fault));
      this.tell();
    }
    return { output: `${out}${err}`, exitCode: code, ...(again === undefined ? {} : { again }) };
  }

  /** Ends every process and the capture, which stays readable. */
  async end(how: 'leave' | 'kill' = 'leave'): Promise<void> {
    if (this.hasEnded) return;
    this.hasEnded = true;
    await this.lab?.end(how);
    const problem = await this.spool.end();
    this.problem ??= problem;
    this.capture.end();
    this.statuses.clear();
    this.tell();
  }

  private heard(event: ClusterEvent): void {
    const { number, ip } = event.node;
    if (event.kind === 'ended') {
      this.ups.delete(number);
      this.statuses.delete(number);
    } else if (event.report.kind === 'up') {
      this.ups.add(number);
      this.nodeProblems.delete(number);
    } else if (event.report.kind === 'problem')
      this.nodeProblems.set(number, `node ${number}, ${ip}: ${event.report.says}`);
    this.tell();
  }

  /** Asks the nodes again and again; one that does not answer holds up none. */
  private async look(): Promise<void> {
    while (!this.hasEnded) {
      const nodes = this.lab?.cluster.nodes() ?? [];
      for (const { number } of nodes) void this.ask(number);
      await rest(LOOK_MS + nodes.length * LOOK_MS_PER_NODE);
      if (!this.hasEnded) this.tell();
    }
  }

  private async ask(number: number): Promise<void> {
    if (this.asked.has(number)) return;
    this.asked.add(number);
    const status = (await this.lab?.cluster.status(number)) ?? null;
    this.asked.delete(number);
    if (this.lab?.cluster.conditionOf(number) !== 'paused') this.statuses.set(number, status);
  }

  private async lookAtStores(): Promise<void> {
    while (!this.hasEnded) {
      const { lab } = this;
      if (lab !== null) {
        const folders = lab.cluster.nodes().map((spec) => ({ spec, folder: lab.cluster.directoryOf(spec.number) }));
        this.objects = await lookAtStores(folders);
      }
      await rest(STORES_MS);
    }
  }

  private snapshot(): LabSnapshot {
    const { options, faults, objects, lab } = this;
    const [ofNode = null] = this.nodeProblems.values();
    const problem = this.problem ?? ofNode;
    const nodes = (lab?.cluster.nodes() ?? []).map((spec): LabNodeView => {
      const { number } = spec;
      return {
        spec,
        condition: lab?.cluster.conditionOf(number) ?? 'stopped',
        pid: lab?.cluster.pidOf(number) ?? null,
        directory: lab?.cluster.directoryOf(number) ?? null,
        status: this.statuses.get(number) ?? null,
      };
    });
    const isUp = nodes.every(({ spec, condition }) => condition !== 'running' || this.ups.has(spec.number));
    const phase = this.hasEnded ? 'ended' : isUp && nodes.length > 0 ? 'running' : 'starting';
    return { options, phase, problem, nodes, faults, objects };
  }

  private tell(): void {
    const snapshot = this.snapshot();
    const said = serialize(snapshot);
    if (this.told !== null && said.equals(this.told)) return;
    this.told = said;
    this.hooks.changed(snapshot);
  }
}
