// What all synchronisation has in common: after a ring was installed, its members bring their services to the same
// state before applications go on (specs/totem.md 5.4 and 5.6). Types, and the comparison of rings; the algorithms are
// service-build.ts (Corosync 3, and the second half of 1.4) and barriers.ts (the first half of 1.4).
import type { DialectOfEngine } from '../totem/engine/contract.ts';
import type { RingRef } from '../totem/identity.ts';
import type { ServiceContent } from '../cpg/content.ts';

/** A service whose state is synchronised. */
export interface SyncService {
  /** Sends what it has to say; false where it waits for the others and is to be called at the next token. */
  process(): boolean;
  /** All members have said it. */
  activate(): void;
}

/** The ring that is synchronised. */
export interface SyncRing {
  readonly id: RingRef;
  readonly octets: Uint8Array;
  /** Node ids. */
  readonly members: readonly number[];
}

/** What synchronisation needs of the node. */
export interface SyncHost {
  readonly dialect: DialectOfEngine;
  /** Multicasts a message, group header included, while the ring synchronises. */
  send(message: Uint8Array): void;
  /** The service of that number; null for one that only other nodes have. */
  service(number: number): SyncService | null;
  /** A message made no sense; real nodes may do worse than ignore it. */
  discard(what: string, why: string): void;
}

/** A message of the groups `sync` and `syncv2`. */
export type SyncContent = Extract<ServiceContent, { kind: 'barrier' | 'memb_determine' | 'service_build' }>;

export function isSameRing(a: RingRef, b: RingRef): boolean {
  return a.seq === b.seq && a.rep === b.rep && a.ip === b.ip;
}
