// Runs one sheep: carries out its effects in their order on disk, TCP and the process group, feeds it what comes back,
// keeps its one timer. Knows nothing of what a sheep does.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type {
  DiskOp,
  SheepEffect,
  SheepEngine,
  SheepInput,
  SheepStatus,
} from '../../../protocol/sheep/engine/contract.ts';
import { createSheepEngine } from '../../../protocol/sheep/engine/engine.ts';
import type { Behaviour } from '../../../protocol/sheep/engine/policy.ts';
import { addrOctets, sheepAddress, type NodeEntry } from '../../../protocol/sheep/node-entry.ts';
import { monotonicMicros, type ToldEffect } from '../cluster/node-host.ts';
import { GroupOutbox, type GroupNode } from './group-outbox.ts';
import { Portions } from './portions.ts';
import { createSheepLog, type SheepLog } from './sheep-log.ts';
import { createSheepStore, type DiskFaults, type SheepStore } from './store.ts';
import { createSheepTcp, type SheepTcp } from './tcp-server.ts';

/** The process group of all sheep. */
export const SHEEP_GROUP = 'sheepdog';
const VNODES = 64;

export interface SheepHostOptions {
  readonly behaviour: Behaviour;
  readonly nodeid: number;
  /** Number of the sheep's process in its group. */
  readonly pid: number;
  readonly ip: string;
  readonly port: number;
  /** Null: the address, as sheep does by default. */
  readonly zone: number | null;
  /** Folder of the store, and of sheep.log in it. */
  readonly store: string;
  readonly isDurable: boolean;
  readonly isDebug: boolean;
  /** The node whose group the sheep is in. */
  readonly node: GroupNode;
  /** The sheep has ended: 0 where it was told to. */
  readonly onExit: (code: number, why: string) => void;
}

function entryOf({ ip, port, zone }: SheepHostOptions): NodeEntry {
  const addr = addrOctets(ip) ?? new Uint8Array(16);
  const own = new DataView(addr.buffer, addr.byteOffset + 12, 4).getUint32(0, true);
  return { addr, port, nrVnodes: VNODES, zone: zone ?? own };
}

export class SheepHost {
  private readonly options: SheepHostOptions;
  private readonly store: SheepStore;
  private readonly log: SheepLog;
  private readonly tcp: SheepTcp;
  private readonly engine: SheepEngine;
  private readonly waiting: SheepInput[] = [];
  private isStepping = false;
  private hasEnded = false;
  private readonly outbox: GroupOutbox;
  private readonly portions = new Portions();
  private timer: NodeJS.Timeout | null = null;
  private timerAt = Infinity;

  private constructor(options: SheepHostOptions) {
    this.options = options;
    this.store = createSheepStore(options.store);
    this.log = createSheepLog(join(options.store, 'sheep.log'), options.isDebug);
    this.outbox = new GroupOutbox(options.pid, options.node, () => this.input({ kind: 'cpg-refused' }));
    this.tcp = createSheepTcp(options.ip, this.portions, {
      accepted: (conn) => this.input({ kind: 'tcp-accepted', conn }),
      opened: (conn) => this.input({ kind: 'tcp-opened', conn }),
      data: (conn, octets) => this.input({ kind: 'tcp-data', conn, octets }),
      wanted: (conn) => this.engine.wanted(conn),
      closed: (conn) => this.input({ kind: 'tcp-closed', conn }),
      listenFailed: (why) => this.input({ kind: 'listen-failed', why }),
    });
    this.engine = createSheepEngine({
      behaviour: options.behaviour,
      self: entryOf(options),
      process: { nodeid: options.nodeid, pid: options.pid },
      wallMicrosAtZero: BigInt(Date.now()) * 1000n - BigInt(monotonicMicros()),
      isDurable: options.isDurable,
      storePath: options.store,
    });
  }

  /** Makes the store's folder where it is missing, and starts. Throws what the system says where that fails. */
  static async start(options: SheepHostOptions): Promise<SheepHost> {
    await mkdir(options.store, { recursive: true });
    const host = new SheepHost(options);
    host.input({ kind: 'start' });
    return host;
  }

  input(input: SheepInput): void {
    if (this.hasEnded) return;
    this.waiting.push(input);
    if (this.isStepping) return;
    this.isStepping = true;
    for (let next = this.waiting.shift(); next !== undefined && !this.hasEnded; next = this.waiting.shift())
      for (const effect of this.engine.step(monotonicMicros(), next)) this.carryOut(effect);
    this.isStepping = false;
    this.arm();
  }

  /** What the node tells of its groups. */
  heard(effect: ToldEffect): void {
    if (effect.kind === 'cpg-confchg' && effect.group === SHEEP_GROUP) {
      const { members, left, joined } = effect;
      this.input({ kind: 'cpg-confchg', members, left, joined });
    } else if (effect.kind === 'cpg-deliver' && effect.group === SHEEP_GROUP)
      this.input({ kind: 'cpg-deliver', from: effect.from, message: effect.message });
    else this.outbox.heard(effect);
  }

  private carryOut(effect: SheepEffect): void {
    if (this.hasEnded) return;
    const { pid } = this.options;
    switch (effect.kind) {
      case 'listen':
        this.tcp.listen(effect.port);
        return;
      case 'cpg-join':
        this.outbox.add({ kind: 'cpg-join', group: SHEEP_GROUP, pid });
        return;
      case 'cpg-mcast':
        this.outbox.add({ kind: 'cpg-mcast', group: SHEEP_GROUP, pid, message: effect.message });
        return;
      case 'tcp-open':
        this.tcp.open(effect.conn, sheepAddress(effect.to.addr), effect.to.port);
        return;
      case 'tcp-send':
        this.tcp.send(effect.conn, effect.parts, this.portions.use(effect.parts));
        return;
      case 'tcp-close':
        this.tcp.close(effect.conn);
        return;
      case 'tcp-hold':
        this.tcp.hold(effect.conn, effect.isHeld);
        return;
      case 'disk':
        this.startDisk(effect.id, effect.op);
        return;
      case 'octets-done':
        this.portions.done(effect.parts);
        return;
      case 'log':
        this.log.write(effect.line);
        return;
      case 'exit':
        this.end(effect.code, effect.why);
    }
  }

  private startDisk(id: number, op: DiskOp): void {
    const over = this.portions.use('parts' in op ? op.parts : []);
    void this.store.run(op).then((outcome) => {
      over();
      this.input({ kind: 'disk-done', id, outcome });
    });
  }

  private arm(): void {
    const deadline = this.engine.nextDeadline();
    if (this.hasEnded || deadline === null || deadline >= this.timerAt) return;
    if (this.timer !== null) clearTimeout(this.timer);
    this.timerAt = deadline;
    this.timer = setTimeout(
      () => {
        this.timer = null;
        this.timerAt = Infinity;
        this.input({ kind: 'deadline' });
      },
      Math.max(0, Math.ceil((deadline - monotonicMicros()) / 1000)),
    );
  }

  status(): SheepStatus {
    return this.engine.inspect();
  }

  setDisk(faults: DiskFaults): void {
    this.store.setFaults(faults);
  }

  /** SIGTERM to the sheep. */
  stop(): void {
    this.input({ kind: 'stop' });
  }

  /** SIGKILL to the sheep: nothing more is done, and its group learns that its process died. */
  kill(): void {
    this.end(137, 'killed');
  }

  private end(code: number, why: string): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    if (this.timer !== null) clearTimeout(this.timer);
    this.tcp.end();
    this.outbox.exit();
    void this.log.settled().then(() => this.options.onExit(code, why));
  }
}
