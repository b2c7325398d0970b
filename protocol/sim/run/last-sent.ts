// Remembers what each node sent last of each type of message: what `replay` sends again.
import type { Dialect } from '../../totem/dialect.ts';
import { MESSAGE_TYPES, type MessageType } from '../../totem/messages.ts';
import type { ProgramEffect, ProgramInput } from '../program.ts';
import type { WorldObserver } from '../world/observer.ts';
import type { SimNode } from '../world/sim-node.ts';

/** By node and by type: octets are shared, since they do not change. */
export type LastSentState = readonly (readonly (readonly [type: number, bytes: Uint8Array])[])[];

export class LastSent implements WorldObserver {
  readonly #typeAt: number;
  readonly #nodes: (Uint8Array | undefined)[][];

  constructor({ at }: Dialect, saved: LastSentState = []) {
    this.#typeAt = at.type;
    this.#nodes = saved.map((entries) => {
      const byType: (Uint8Array | undefined)[] = [];
      for (const [type, bytes] of entries) byType[type] = bytes;
      return byType;
    });
  }

  stepped(node: SimNode, _at: number, _input: ProgramInput, effects: readonly ProgramEffect[]): void {
    for (const effect of effects)
      if (effect.kind === 'send-token' || effect.kind === 'send-mcast')
        (this.#nodes[node.index] ??= [])[effect.bytes[this.#typeAt] ?? 0] = effect.bytes;
  }

  /** Octets of the last message of that type; null where there was none. */
  find(node: number, type: MessageType): Uint8Array | null {
    return this.#nodes[node - 1]?.[MESSAGE_TYPES.indexOf(type)] ?? null;
  }

  save(): LastSentState {
    return Array.from(this.#nodes, (byType: (Uint8Array | undefined)[] | undefined) =>
      (byType ?? []).flatMap((bytes, type) => (bytes === undefined ? [] : [[type, bytes] as const])),
    );
  }
}
