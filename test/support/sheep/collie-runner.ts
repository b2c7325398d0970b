// Runs collie commands against the sheep of the world, and replays what was recorded of real ones.
import { collie } from '../../../protocol/collie/collie.ts';
import type { CollieAsk, ExchangeResult, LocalTime } from '../../../protocol/collie/script.ts';
import { concatBytes, utf8Text } from '../../../protocol/base/bytes.ts';
import type { SheepHeader } from '../../../protocol/sheep/tcp-headers.ts';
import { ask } from './client.ts';
import type { World, WorldNode } from './world.ts';

export interface Ran {
  readonly code: number;
  readonly stdout: Uint8Array;
  readonly stderr: string;
}

/** Captures were made with the zone UTC. */
function utc(seconds: bigint): LocalTime {
  const date = new Date(Number(seconds) * 1000);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    weekday: date.getUTCDay(),
  };
}

export interface CollieJob {
  /** Null while it runs. */
  result: Ran | null;
}

const REFUSED: ExchangeResult = { ok: false, errors: ['Connection refused'] };

/** Starts a command at a node; the world carries it on. */
export function startCollie(
  world: World,
  at: WorldNode,
  words: readonly string[],
  stdin: Uint8Array,
  onRequest: (host: string, header: SheepHeader) => void = () => undefined,
): CollieJob {
  const job: CollieJob = { result: null };
  const script = collie(words, false);
  const streams: { readonly stdout: Uint8Array[]; readonly stderr: Uint8Array[] } = { stdout: [], stderr: [] };
  let read = 0;

  const exchange = (asked: Extract<CollieAsk, { readonly ask: 'exchange' }>): void => {
    const { host, port } = asked.to;
    const to = host === 'localhost' ? at : world.nodes.find(({ last }) => host === `192.168.1.${last}`);
    if (to === undefined || port !== to.entry.port || !to.isListening) {
      world.at(world.now + 200, () => advance(REFUSED));
      return;
    }
    onRequest(host, asked.request);
    const pending = ask(world, to, asked.request, concatBytes(asked.parts));
    const look = (): void => {
      if (!pending.isOver) {
        world.at(world.now + 50, look);
        return;
      }
      const { answer } = pending;
      advance(answer === null ? { ok: false, errors: ['Connection reset by peer'] } : { ok: true, response: answer });
    };
    look();
  };

  const advance = (first: unknown): void => {
    let step = script.next(first);
    while (step.done !== true) {
      const asked = step.value;
      if (asked.ask === 'exchange') {
        exchange(asked);
        return;
      }
      if (asked.ask === 'print') {
        streams[asked.to].push(asked.octets);
        step = script.next(undefined);
      } else if (asked.ask === 'read') {
        const octets = stdin.subarray(read, read + asked.length);
        read += octets.length;
        step = script.next(octets);
      } else if (asked.ask === 'now')
        step = script.next(world.wallMicrosAtZero + BigInt(at.skew + Math.floor(world.now)));
      else step = script.next(utc(asked.seconds));
    }
    job.result = {
      code: step.value,
      stdout: concatBytes(streams.stdout),
      stderr: utf8Text(concatBytes(streams.stderr)),
    };
  };
  advance(undefined);
  return job;
}

/** Runs a command to its end; null where it hangs. */
export function runCollie(
  world: World,
  at: WorldNode,
  line: string,
  stdin: Uint8Array = new Uint8Array(0),
  onRequest: (host: string, header: SheepHeader) => void = () => undefined,
): Ran | null {
  const words = line.split(' ').filter((word) => word !== '');
  const job = startCollie(world, at, words.slice(1), stdin, onRequest);
  world.runUntil(() => job.result !== null);
  return job.result;
}
