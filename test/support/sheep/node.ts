// One machine of the world: its disk, its sheep if it runs, and what belongs to that one life of it.
import type {
  DiskOp,
  GroupProcess,
  LogLine,
  SheepEngine,
  SheepInput,
  SheepSaved,
} from '../../../protocol/sheep/engine/contract.ts';
import { addrOctets, nodeEntry, type NodeEntry } from '../../../protocol/sheep/node-entry.ts';
import { MemoryDisk } from '../../../protocol/sim/sheep/memory-disk.ts';
import type { Link } from './tcp.ts';

export interface CpgItem {
  readonly input: SheepInput;
  readonly from: WorldNode | null;
  readonly at: number;
}

/** A machine as it stood: its disk copied, its sheep saved, its connections as far as they had come. */
export interface WorldNodeState {
  readonly fields: Pick<
    WorldNode,
    'process' | 'isPaused' | 'isListening' | 'isInGroup' | 'part' | 'life' | 'exit' | 'deadlineAt' | 'nextConn'
  > &
    Pick<WorldNode, 'diskDelay' | 'skew'>;
  readonly disk: MemoryDisk;
  readonly engine: SheepSaved | null;
  readonly links: WorldNode['links'];
  readonly progress: ReadonlyMap<Link, LinkProgress>;
  readonly disks: WorldNode['disks'];
  readonly inbox: readonly CpgItem[];
  readonly held: readonly SheepInput[];
}

interface LinkProgress {
  readonly isClosed: boolean;
  readonly closedBy: Link['closedBy'];
  readonly readyAt: readonly [number, number];
}

export class WorldNode {
  readonly entry: NodeEntry;
  /** Last octet of its address. */
  readonly last: number;
  disk = new MemoryDisk();
  engine: SheepEngine | null = null;
  process: GroupProcess;
  isPaused = false;
  /** When it was last paused. */
  pausedAt = 0;
  isListening = false;
  isInGroup = false;
  /** Nodes of the same part of the network see each other. */
  part = 0;
  /** Number of the current life: what belongs to an earlier one is void. */
  life = 0;
  exit: { readonly code: number; readonly why: string } | null = null;
  readonly log: LogLine[] = [];
  links = new Map<number, { readonly link: Link; readonly end: 'a' | 'b' }>();
  disks = new Map<number, DiskOp>();
  inbox: CpgItem[] = [];
  /** What came while it was paused. */
  held: SheepInput[] = [];
  deadlineAt: number | null = null;
  nextConn = 1;
  /** Microseconds by which its disk is slower. */
  diskDelay = 0;
  /** Microseconds by which its wall clock is ahead. */
  skew = 0;

  /** `zone`: the failure zone that its sheep is given; null leaves it to the address. */
  constructor(last: number, zone: number | null = null) {
    this.last = last;
    const addr = addrOctets(`192.168.1.${last}`) ?? new Uint8Array(16);
    this.entry = nodeEntry(addr, zone === null ? {} : { zone });
    this.process = { nodeid: this.nodeid, pid: 1000 };
  }

  /** As Corosync names it: by its address. */
  get nodeid(): number {
    return nodeEntry(this.entry.addr).zone;
  }

  save(): WorldNodeState {
    const { process, isPaused, isListening, isInGroup, part, life, exit, deadlineAt, nextConn, diskDelay, skew } = this;
    const progress = new Map<Link, LinkProgress>();
    for (const { link } of this.links.values()) {
      const { isClosed, closedBy, a, b } = link;
      progress.set(link, { isClosed, closedBy, readyAt: [a.readyAt, b.readyAt] });
    }
    return {
      fields: { process, isPaused, isListening, isInGroup, part, life, exit, deadlineAt, nextConn, diskDelay, skew },
      disk: this.disk.copy(),
      engine: this.engine?.save() ?? null,
      links: new Map(this.links),
      progress,
      disks: new Map(this.disks),
      inbox: [...this.inbox],
      held: [...this.held],
    };
  }

  /** Becomes what was saved; `revive` goes on with a saved sheep. */
  restore(state: WorldNodeState, revive: (saved: SheepSaved) => SheepEngine): void {
    Object.assign(this, state.fields);
    this.disk = state.disk.copy();
    this.links = new Map(state.links);
    for (const [link, { isClosed, closedBy, readyAt }] of state.progress) {
      Object.assign(link, { isClosed, closedBy });
      [link.a.readyAt, link.b.readyAt] = readyAt;
    }
    this.disks = new Map(state.disks);
    this.inbox = [...state.inbox];
    this.held = [...state.held];
    this.engine = state.engine === null ? null : revive(state.engine);
  }
}
