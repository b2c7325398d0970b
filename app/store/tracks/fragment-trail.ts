// The rows of IP fragments by datagram: they are lines of `decode` once the first fragment shows a Totem port, and name
// the frame that completes them. Only the trail of rows; the octets are joined in protocol/net.
import { PacketKind } from '../kinds.ts';
import type { PacketTable } from '../packet-table.ts';
import type { TotemPorts } from './totem-ports.ts';

/** Datagrams followed at once; the oldest is let go beyond it. */
const DATAGRAMS_MAX = 4096;
/** Rows remembered of one datagram: 64 KiB in the smallest fragments. */
const ROWS_MAX = 8192;

interface Trail {
  readonly rows: number[];
  isTotem: boolean;
}

export class FragmentTrail {
  private readonly table: PacketTable;
  private readonly ports: TotemPorts;
  private readonly trails = new Map<string, Trail>();
  private readonly pending = new Set<number>();

  constructor(table: PacketTable, ports: TotemPorts) {
    this.table = table;
    this.ports = ports;
  }

  /** A fragment's row; the ports are those of the first fragment, sport -1 for later ones. */
  add(row: number, src: number, dst: number, ipId: number, sport: number, dport: number): void {
    const key = `${src} ${dst} ${ipId}`;
    let trail = this.trails.get(key);
    if (trail === undefined) {
      if (this.trails.size >= DATAGRAMS_MAX) for (const oldest of this.trails.keys()) if (this.forget(oldest)) break;
      trail = { rows: [], isTotem: false };
      this.trails.set(key, trail);
    }
    if (trail.rows.length >= ROWS_MAX) return;
    trail.rows.push(row);
    this.pending.add(row);
    if (sport >= 0 && this.ports.isTotem(sport, dport)) trail.isTotem = true;
    if (trail.isTotem) this.mark(trail.rows, 0);
  }

  /** True while the datagram of this row may still be completed. */
  isPending(row: number): boolean {
    return this.pending.has(row);
  }

  /** The datagram was completed by a row and is Totem's. */
  completed(row: number, rows: readonly number[]): void {
    this.mark(
      rows.filter((part) => part !== row),
      row + 1,
    );
    for (const [key, trail] of this.trails)
      if (trail.rows.includes(row)) {
        this.forget(key);
        return;
      }
  }

  private forget(key: string): boolean {
    for (const row of this.trails.get(key)?.rows ?? []) this.pending.delete(row);
    return this.trails.delete(key);
  }

  private mark(rows: readonly number[], link: number): void {
    for (const row of rows) {
      if (row < this.table.firstRow) continue;
      const columns = this.table.columnsOf(row);
      columns.kind[row & 0xffff] = PacketKind.FRAGMENT;
      if (link !== 0) columns.link[row & 0xffff] = link;
    }
  }
}
