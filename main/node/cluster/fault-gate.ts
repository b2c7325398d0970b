// Stands between the socket and the engine and does what a bad network would: cuts, loses, delays. Rules are about what
// arrives here, by sender, so a cut of one direction is a rule at its receiver. No root and no netem is needed.

export interface LinkRule {
  /** Address of the sender; null for every sender. */
  readonly from: string | null;
  /** Which datagrams it is about. */
  readonly what: 'all' | 'multicast' | 'unicast';
  /** Share of datagrams that are lost, 0 to 1; 1 is a cut. */
  readonly loss: number;
  /** Milliseconds that the others are late. */
  readonly delayMs: number;
  /** Datagrams longer than this are lost; null for no limit. */
  readonly sizeMax: number | null;
}

export interface FaultGate {
  /** Passes on, now or later, or swallows. */
  arrived(bytes: Uint8Array, from: string, isMulticast: boolean): void;
  /** True where a datagram to anybody leaves. */
  mayLeave(): boolean;
  setRules(rules: readonly LinkRule[]): void;
  /** A node whose interface is down neither hears nor is heard. */
  setInterface(isUp: boolean): void;
  readonly dropped: () => number;
  close(): void;
}

/** Datagrams on their way through delays at once; more are lost, as in a full queue. */
export const DELAYED_MAX = 16_384;

/** `random` gives numbers from 0 up to, not including, 1. */
export function createFaultGate(
  pass: (bytes: Uint8Array, isMulticast: boolean) => void,
  random: () => number,
): FaultGate {
  let rules: readonly LinkRule[] = [];
  let isUp = true;
  let dropped = 0;
  const late = new Set<NodeJS.Timeout>();
  const ruleFor = (from: string, isMulticast: boolean, length: number): number | null => {
    let delay = 0;
    for (const rule of rules) {
      if (rule.from !== null && rule.from !== from) continue;
      if (rule.what !== 'all' && (rule.what === 'multicast') !== isMulticast) continue;
      if (rule.sizeMax !== null && length > rule.sizeMax) return null;
      if (rule.loss > 0 && (rule.loss >= 1 || random() < rule.loss)) return null;
      delay += rule.delayMs;
    }
    return delay;
  };
  return {
    arrived(bytes, from, isMulticast) {
      const delay = isUp ? (rules.length === 0 ? 0 : ruleFor(from, isMulticast, bytes.length)) : null;
      if (delay === null || late.size >= DELAYED_MAX) {
        dropped++;
        return;
      }
      if (delay === 0) {
        pass(bytes, isMulticast);
        return;
      }
      const timer = setTimeout(() => {
        late.delete(timer);
        pass(bytes, isMulticast);
      }, delay);
      late.add(timer);
    },
    mayLeave: () => isUp,
    setRules(next) {
      rules = next;
    },
    setInterface(up) {
      isUp = up;
    },
    dropped: () => dropped,
    close() {
      for (const timer of late) clearTimeout(timer);
      late.clear();
    },
  };
}
