// Which UDP ports carry Totem: 5404 and 5405 always, others once Totem was recognised on them anywhere in the capture.
// Datagrams that came before that are remembered by number and put right at the end.
import type { IndexedMessage } from '../indexed-message.ts';
import type { PacketTable } from '../packet-table.ts';

export const SHEEP_PORT = 7000;
/** Corosync's own ports: mcastport and the one below it. */
const WELL_KNOWN: readonly number[] = [5404, 5405];
/** Unrecognised datagrams on other ports that are remembered; further ones stay unrelated. */
export const CANDIDATES_MAX = 16_000_000;

export class TotemPorts {
  private readonly table: PacketTable;
  private readonly known = new Uint8Array(65_536);
  /** Row, kind and encoding (packed) and destination port of the remembered datagrams. */
  private rows = new Uint32Array(1024);
  private looks = new Uint32Array(1024);
  private count = 0;

  constructor(table: PacketTable) {
    this.table = table;
    for (const port of WELL_KNOWN) this.known[port] = 1;
  }

  recognised(dport: number): void {
    if (dport >= 0) this.known[dport] = 1;
  }

  isTotem(sport: number, dport: number): boolean {
    return this.known[dport] === 1 || WELL_KNOWN.includes(sport);
  }

  /** Remembers a datagram that was not recognised, on a port not known so far. */
  candidate(m: IndexedMessage): void {
    if (this.count >= CANDIDATES_MAX) return;
    if (this.count === this.rows.length) {
      this.rows = grown(this.rows);
      this.looks = grown(this.looks);
    }
    this.rows[this.count] = m.row;
    this.looks[this.count++] = (m.dport << 16) | (m.kind << 8) | m.encoding;
  }

  /** Forgets the datagrams before a row: they have left memory. */
  forget(before: number): void {
    const from = this.rows.subarray(0, this.count).findIndex((row) => row >= before);
    const forgotten = from < 0 ? this.count : from;
    this.rows.copyWithin(0, forgotten, this.count);
    this.looks.copyWithin(0, forgotten, this.count);
    this.count -= forgotten;
  }

  /** Marks the remembered datagrams on ports that turned out to be Totem's. */
  settle(): void {
    for (let i = 0; i < this.count; i++) {
      const look = this.looks[i]!;
      if (this.known[look >>> 16] !== 1) continue;
      const row = this.rows[i]!;
      const columns = this.table.columnsOf(row);
      columns.kind[row & 0xffff] = (look >>> 8) & 0xff;
      columns.encoding[row & 0xffff] = look & 0xff;
    }
    this.count = 0;
  }
}

function grown(old: Uint32Array): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(old.length * 2);
  larger.set(old);
  return larger;
}
