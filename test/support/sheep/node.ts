// One machine of the world: its disk, its sheep if it runs, and what belongs to that one life of it.
import type {
  DiskOp,
  GroupProcess,
  LogLine,
  SheepEngine,
  SheepInput,
} from '../../../protocol/sheep/engine/contract.ts';
import { addrOctets, nodeEntry, type NodeEntry } from '../../../protocol/sheep/node-entry.ts';
import { MemoryDisk } from './disk.ts';
import type { Link } from './tcp.ts';

export interface CpgItem {
  readonly input: SheepInput;
  readonly from: WorldNode | null;
  readonly at: number;
}

export class WorldNode {
  readonly entry: NodeEntry;
  /** Last octet of its address. */
  readonly last: number;
  disk = new MemoryDisk();
  engine: SheepEngine | null = null;
  process: GroupProcess;
  isPaused = false;
  isListening = false;
  isInGroup = false;
  /** Nodes of the same part of the network see each other. */
  part = 0;
  /** Number of the current life: what belongs to an earlier one is void. */
  life = 0;
  exit: { readonly code: number; readonly why: string } | null = null;
  readonly log: LogLine[] = [];
  readonly links = new Map<number, { readonly link: Link; readonly end: 'a' | 'b' }>();
  readonly disks = new Map<number, DiskOp>();
  readonly inbox: CpgItem[] = [];
  /** What came while it was paused. */
  readonly held: SheepInput[] = [];
  deadlineAt: number | null = null;
  nextConn = 1;
  /** Microseconds by which its disk is slower. */
  diskDelay = 0;
  /** Microseconds by which its wall clock is ahead. */
  skew = 0;

  constructor(last: number) {
    this.last = last;
    this.entry = nodeEntry(addrOctets(`192.168.1.${last}`) ?? new Uint8Array(16));
    this.process = { nodeid: this.entry.zone, pid: 1000 };
  }
}
