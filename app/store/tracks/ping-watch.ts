// Round-trip times of knet: a pong gives back the time octets of the ping that it answers. Bounded memory.

const PINGS_MAX = 4096;
/** Offsets in a knet ping or pong: link number and the 16 octets of time. */
const LINK_AT = 6;
const TIME_AT = 7;
const TIME_OCTETS = 16;
/** What the row's u32 column can hold, in nanoseconds. */
const RTT_NS_MAX = 0xffffffff;

export class PingWatch {
  private readonly pings = new Map<string, number>();

  private key(bytes: Uint8Array, at: number, from: number, to: number): string {
    let key = `${from} ${to} ${bytes[at + LINK_AT]}`;
    for (let i = 0; i < TIME_OCTETS; i += 2)
      key += ` ${(bytes[at + TIME_AT + i]! << 8) | bytes[at + TIME_AT + i + 1]!}`;
    return key;
  }

  ping(bytes: Uint8Array, at: number, src: number, dst: number, timeNs: number): void {
    if (this.pings.size >= PINGS_MAX) for (const oldest of this.pings.keys()) if (this.pings.delete(oldest)) break;
    this.pings.set(this.key(bytes, at, src, dst), timeNs);
  }

  /** Nanoseconds since the ping that this pong answers; 0 if that was not captured. */
  pong(bytes: Uint8Array, at: number, src: number, dst: number, timeNs: number): number {
    const sent = this.pings.get(this.key(bytes, at, dst, src));
    if (sent === undefined || timeNs <= sent) return 0;
    const rtt = Math.round(timeNs - sent);
    return rtt > RTT_NS_MAX ? 0 : rtt;
  }
}
