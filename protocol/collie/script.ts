// What a collie command asks of whoever runs it: connections, standard streams, the clock, the calendar. A command is a
// generator that asks and goes on with the answer; it does nothing by itself.
import type { SheepHeader } from '../sheep/tcp-headers.ts';

/** Where a sheep listens, as a person names it. */
export interface Peer {
  readonly host: string;
  readonly port: number;
}

/** A date of the local calendar. */
export interface LocalTime {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  /** 0 is Sunday. */
  readonly weekday: number;
}

export type CollieAsk =
  /** One request on a connection of its own, which is closed afterwards. */
  | {
      readonly ask: 'exchange';
      readonly to: Peer;
      readonly request: SheepHeader;
      readonly parts: readonly Uint8Array[];
    }
  | { readonly ask: 'print'; readonly to: 'stdout' | 'stderr'; readonly octets: Uint8Array }
  /** At most so many octets of standard input; none at its end. */
  | { readonly ask: 'read'; readonly length: number }
  /** Microseconds since 1970. */
  | { readonly ask: 'now' }
  | { readonly ask: 'local-time'; readonly seconds: bigint };

export interface Response {
  readonly header: SheepHeader;
  readonly data: Uint8Array;
}

/** `errors`: why each address of the host could not be connected to, in the order in which they were tried. */
export type ExchangeResult =
  { readonly ok: true; readonly response: Response } | { readonly ok: false; readonly errors: readonly string[] };

export type CollieScript<R> = Generator<CollieAsk, R, unknown>;

/** Exit codes of collie 0.3.0. */
export const Exit = { OK: 0, FAILURE: 1, SYSFAIL: 2, EXISTS: 3, FULL: 4, MISSING: 5, USAGE: 64 } as const;

export function* exchange(to: Peer, request: SheepHeader, parts: readonly Uint8Array[]): CollieScript<ExchangeResult> {
  return (yield { ask: 'exchange', to, request, parts }) as ExchangeResult;
}

export function* printOctets(to: 'stdout' | 'stderr', octets: Uint8Array): CollieScript<void> {
  yield { ask: 'print', to, octets };
}

export function* readInput(length: number): CollieScript<Uint8Array> {
  return (yield { ask: 'read', length }) as Uint8Array;
}

export function* nowMicros(): CollieScript<bigint> {
  return (yield { ask: 'now' }) as bigint;
}

export function* localTime(seconds: bigint): CollieScript<LocalTime> {
  return (yield { ask: 'local-time', seconds }) as LocalTime;
}
