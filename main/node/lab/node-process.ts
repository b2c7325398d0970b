// What runs in the process of one lab node: a LabNode over UDP, its log, its tap. Orders come in, reports go out.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type {
  LabNodeEvent,
  LabNodeOrder,
  LabNodeReport,
  LabNodeStart,
  LabSheepStart,
} from '../../../app/lab/cluster.ts';
import { createCorosyncLog, startLines } from '../../../app/lab/shell/corosync-log.ts';
import { createLabNode } from '../../../protocol/node/node.ts';
import type { LabNode } from '../../../protocol/node/contract.ts';
import { udpFrame } from '../../../protocol/net/compose.ts';
import { ringIdText, type NodeRef } from '../../../protocol/totem/identity.ts';
import { explainNodeProblem } from '../cluster/node-problem.ts';
import { startNodeHost, type NodeHost, type ToldEffect, monotonicMicros } from '../cluster/node-host.ts';
import { ringIdFile } from '../cluster/ring-id-file.ts';
import type { SentDatagram } from '../cluster/transport.ts';
import { GroupLoad } from './group-load.ts';
import { SheepHost } from '../sheep/sheep-host.ts';
import { createLogFile, type LogFile } from './log-file.ts';
import type { TapOutput } from './tap-output.ts';

export interface NodeProcessHooks {
  readonly tell: (report: LabNodeReport) => void;
  readonly tapFor: (interfaceName: string) => TapOutput;
  readonly end: (code: number) => void;
}

/** Milliseconds that a ring stands before the node's sheep starts. */
const SETTLED_MS = 500;

interface Join {
  readonly node: NodeRef;
  count: number;
  isJoined: boolean;
}

export class NodeProcess {
  private readonly hooks: NodeProcessHooks;
  private node: LabNode | null = null;
  private host: NodeHost | null = null;
  private log: LogFile | null = null;
  private linesOf: (event: LabNodeEvent) => ReturnType<typeof startLines> = () => [];
  private readonly joins = new Map<number, Join>();
  private load: GroupLoad | null = null;
  private started: LabNodeStart | null = null;
  private sheep: SheepHost | null = null;
  private sheeps = 0;
  /** Starts once the ring has stood for a while, as people start sheepdog after Corosync. */
  private sheepToCome: LabSheepStart | null = null;
  private settling: NodeJS.Timeout | null = null;
  private readonly delivered = { messages: 0, octets: 0 };

  constructor(hooks: NodeProcessHooks) {
    this.hooks = hooks;
  }

  order(order: LabNodeOrder): void {
    switch (order.kind) {
      case 'start':
        void this.start(order.start);
        return;
      case 'rules':
        this.host?.gate.setRules(order.rules);
        return;
      case 'interface':
        this.host?.gate.setInterface(order.up);
        return;
      case 'leave':
        void this.leave();
        return;
      case 'status':
        this.tellStatus(order.ask);
        return;
      case 'sheep':
        void this.startSheep(order.sheep);
        return;
      case 'sheep-signal':
        if (order.signal === 'KILL') this.sheep?.kill();
        else this.sheep?.stop();
        return;
      case 'disk':
        this.sheep?.setDisk(order);
        return;
      case 'load':
        this.load?.stop();
        this.load = new GroupLoad(order, (input) => this.host?.input(input));
        return;
      default:
        this.host?.input(order);
    }
  }

  private async start(start: LabNodeStart): Promise<void> {
    const { self, dialect, directory, config, nodelist, transport, group, port } = start;
    await mkdir(directory, { recursive: true });
    this.log = createLogFile(join(directory, 'corosync.log'), dialect, `n${self.number}`);
    this.linesOf = createCorosyncLog(dialect);
    const ringIds = ringIdFile(directory, dialect === 'corosync-1' ? self.ip : String(self.nodeid));
    const lastRingSeq = await ringIds.load();
    if (!lastRingSeq.ok) return this.give(explainNodeProblem(lastRingSeq.problem));
    const ref = { nodeid: self.nodeid, ip: self.ip };
    const votequorum = dialect === 'corosync-1' ? null : { votes: 1, expectedVotes: nodelist.length };
    const node = createLabNode({
      self: ref,
      dialect,
      config,
      lastRingSeq: lastRingSeq.value,
      seed: self.nodeid,
      votequorum,
      isChecked: true,
    });
    const started = await startNodeHost({
      node,
      transport: {
        kind: transport,
        self: ref,
        nodelist: new Map(nodelist.map(({ nodeid, ip }) => [nodeid, ip])),
        group,
        port,
        ttl: 1,
        isListedOnly: true,
        ...(start.isTapped ? { onSent: this.tapOf(start) } : {}),
      },
      ringIds,
      random: Math.random,
      onEffect: (effect) => this.told(effect),
      onEnd: (problem) => this.give(explainNodeProblem(problem)),
    });
    if (!started.ok) return this.give(explainNodeProblem(started.problem));
    this.started = start;
    this.log.write(startLines(start));
    this.node = node;
    this.host = started.value;
    this.hooks.tell({ kind: 'up' });
    this.sheepToCome = start.sheep;
  }

  private give(says: string): void {
    this.hooks.tell({ kind: 'problem', says });
    this.hooks.end(2);
  }

  /** Every datagram that leaves, as it would lie on a switch, with the time of this machine's clock. */
  private tapOf({ self, transport, wallNsAtZero }: LabNodeStart): (sent: SentDatagram) => void {
    const output = this.hooks.tapFor(`n${self.number} ${self.ip} (${transport})`);
    let id = 0;
    return ({ from, to, bytes }) => {
      output.packet(wallNsAtZero + process.hrtime.bigint(), udpFrame(from, to, bytes, id++, 1));
    };
  }

  private async startSheep(sheep: LabSheepStart): Promise<void> {
    if (this.started === null || this.sheep !== null) return;
    const { self, directory } = this.started;
    // Every sheep is a process of its own to its group: this one's number, then more.
    const pid = process.pid * 16 + (this.sheeps++ % 16);
    const event = (code: number | null, why: string): void => this.tellEvent({ kind: 'sheep', code, why });
    try {
      this.sheep = await SheepHost.start({
        ...sheep,
        nodeid: self.nodeid,
        pid,
        ip: self.ip,
        store: join(directory, 'store'),
        node: { isReady: () => this.host?.isReady() ?? false, input: (input) => this.host?.input(input) },
        onExit: (code, why) => {
          this.sheep = null;
          event(code, why);
        },
      });
      event(null, '');
    } catch (error) {
      event(1, error instanceof Error ? error.message : String(error));
    }
  }

  private watchSettling(event: LabNodeEvent): void {
    const sheep = this.sheepToCome;
    if (sheep === null) return;
    if (event.kind === 'state' && event.state === 'gather' && this.settling !== null) clearTimeout(this.settling);
    if (event.kind !== 'synchronised' || !event.isDone) return;
    this.settling = setTimeout(() => {
      this.sheepToCome = null;
      void this.startSheep(sheep);
    }, SETTLED_MS);
  }

  private tellEvent(event: LabNodeEvent): void {
    this.hooks.tell({ kind: 'event', atMs: Date.now(), event });
  }

  private told(effect: ToldEffect): void {
    this.sheep?.heard(effect);
    if (effect.kind === 'cpg-deliver') {
      this.delivered.messages++;
      this.delivered.octets += effect.message.length;
      return;
    }
    if (effect.kind === 'cpg-refused') this.load?.refused(effect.why);
    if (effect.kind === 'cpg-ready') this.load?.ready();
    const event = eventOf(effect);
    if (event === null) return;
    this.watchSettling(event);
    if (event.kind === 'configuration') this.countJoins(event);
    this.log?.write(this.linesOf(event));
    this.tellEvent(event);
  }

  private countJoins({ left, joined }: Extract<LabNodeEvent, { kind: 'configuration' }>): void {
    for (const node of joined) {
      const known = this.joins.get(node.nodeid) ?? { node, count: 0, isJoined: false };
      this.joins.set(node.nodeid, { node, count: known.count + 1, isJoined: true });
    }
    for (const { nodeid } of left) {
      const known = this.joins.get(nodeid);
      if (known !== undefined) known.isJoined = false;
    }
  }

  private tellStatus(ask: number): void {
    if (this.node === null || this.host === null) return;
    const joins = [...this.joins.values()].sort((a, b) => a.node.nodeid - b.node.nodeid);
    const status = {
      node: this.node.inspect(),
      nowMicros: monotonicMicros(),
      sheep: this.sheep?.status() ?? null,
      joins,
      dropped: this.host.gate.dropped(),
      delivered: { ...this.delivered },
      load: this.load?.counts() ?? { sent: 0, refused: 0 },
      longestStepMs: this.host.takeLongestStepMs(),
    };
    this.hooks.tell({ kind: 'status', ask, status });
  }

  private async leave(): Promise<void> {
    await this.host?.leave();
    await this.log?.settled();
    this.hooks.end(0);
  }
}

function eventOf(effect: ToldEffect): LabNodeEvent | null {
  switch (effect.kind) {
    case 'configuration': {
      const { type, ringId, members, left, joined } = effect;
      return { kind: 'configuration', type, ring: ringIdText(ringId), members, left, joined };
    }
    case 'synchronised':
      return { kind: 'synchronised', ring: ringIdText(effect.ringId), isDone: effect.isDone };
    case 'cpg-confchg': {
      const { group, members, left, joined } = effect;
      return { kind: 'confchg', group, members, left, joined };
    }
    case 'note': {
      const { note } = effect;
      return note.kind === 'state' ? { kind: 'state', state: note.state, gatherFrom: note.gatherFrom } : null;
    }
    case 'cpg-deliver':
    case 'cpg-refused':
    case 'cpg-ready':
      return null;
  }
}
