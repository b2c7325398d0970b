// Runs a collie script against real sheep over TCP: standard streams as whoever runs it gives them, clock and calendar
// of this machine.
import type { CollieScript, LocalTime } from '../../../protocol/collie/script.ts';
import { exchange, type AddressesOf } from '../sheep-client.ts';

export interface CollieSurroundings {
  readonly print: (to: 'stdout' | 'stderr', octets: Uint8Array) => void | Promise<void>;
  /** At most so many octets; none at the end. */
  readonly read: (length: number) => Promise<Uint8Array>;
  readonly addressesOf?: AddressesOf;
}

function localTime(seconds: bigint): LocalTime {
  const date = new Date(Number(seconds) * 1000);
  return {
    year: date.getFullYear(),
    month: date.getMonth() + 1,
    day: date.getDate(),
    hour: date.getHours(),
    minute: date.getMinutes(),
    second: date.getSeconds(),
    weekday: date.getDay(),
  };
}

/** Runs it to its end; what it returns. */
export async function runScript<R>(script: CollieScript<R>, around: CollieSurroundings): Promise<R> {
  let answer: unknown;
  for (;;) {
    const step = script.next(answer);
    if (step.done === true) return step.value;
    const asked = step.value;
    switch (asked.ask) {
      case 'exchange':
        answer = await exchange(asked, around.addressesOf);
        break;
      case 'print':
        answer = await around.print(asked.to, asked.octets);
        break;
      case 'read':
        answer = await around.read(asked.length);
        break;
      case 'now':
        answer = BigInt(Date.now()) * 1000n;
        break;
      case 'local-time':
        answer = localTime(asked.seconds);
    }
  }
}
