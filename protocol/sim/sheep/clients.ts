// Commands of people at the nodes of a world: collie scripts, each with its connections to sheep. They take the world's
// time, and are saved with it: as the answers that they have had.
import { collie } from '../../collie/collie.ts';
import type { CollieAsk, CollieScript, ExchangeResult } from '../../collie/script.ts';
import { concatBytes, utf8Text } from '../../base/bytes.ts';
import { Prng } from '../../base/prng.ts';
import { assert } from '../../base/result.ts';
import { SHEEP_PORT } from '../../sheep/node-entry.ts';
import { encodeSheepHeader, readSheepHeader, SHEEP_HEADER_OCTETS } from '../../sheep/tcp-headers.ts';
import { SHEEP_DATA_MAX } from '../../sheep/tcp-stream.ts';
import type { SimNode } from '../world/sim-node.ts';
import { dateOf } from './calendar.ts';
import { Checksum, checksumText, octetsShown } from './checksum.ts';
import type { FlockWorld } from './contract.ts';
import type { Owner, Streams } from './streams.ts';

/** What a command reads from its standard input: nothing, zeros without end, or octets by chance without end. */
export type Input = 'nothing' | 'zeros' | 'random';

type Exchange = Extract<CollieAsk, { readonly ask: 'exchange' }>;

interface Printed {
  readonly to: 'stdout' | 'stderr';
  readonly octets: Uint8Array;
}

/** Plain data. */
export interface ClientState {
  readonly id: number;
  readonly node: number;
  readonly words: readonly string[];
  readonly input: Input;
  readonly answers: readonly unknown[];
  readonly printed: readonly Printed[];
  /** Octets of the answer that is coming in. */
  readonly came: readonly Uint8Array[];
  readonly isOpen: boolean;
  readonly read: { readonly octets: number; readonly checksum: number };
}

/** How a command ended. */
export interface ToolEnd {
  readonly client: number;
  readonly words: readonly string[];
  readonly input: Input;
  readonly code: number;
  readonly stdout: Uint8Array;
  readonly stderr: string;
  /** What it took from its standard input. */
  readonly read: { readonly octets: number; readonly checksum: number };
}

/** What a command took from its standard input, as a line; nothing where it took nothing. */
export function inputText({ read: { octets, checksum } }: ToolEnd): string {
  return octets === 0 ? '' : `took ${octets} octets, checksum ${checksumText(checksum)}\n`;
}

/** All that it said, line by line. */
export function linesOf(end: ToolEnd): readonly string[] {
  const text = `${octetsShown(end.stdout)}${end.stderr}${inputText(end)}`;
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}

interface Client extends Omit<ClientState, 'answers' | 'printed' | 'came'> {
  readonly script: CollieScript<number>;
  readonly answers: unknown[];
  readonly printed: Printed[];
  came: Uint8Array[];
  isOpen: boolean;
  read: ClientState['read'];
  /** What it waits for. */
  asked: Exchange | null;
}

const INPUT_LABEL = 0x53;
const PAGE = 4096;
/** Octets at the beginning of a page that are its own. */
const PAGE_OWN = 16;
/** Microseconds until a command hears that nobody is where it wanted to go. */
const REFUSED_MICROS = 100;
const LOCAL: ReadonlySet<string> = new Set(['localhost', '127.0.0.1']);

/** A page of chance over and over, each time with a beginning of its own: no two pages are alike, and it is fast. */
function fillByChance(octets: Uint8Array, prng: Prng): void {
  const view = new DataView(octets.buffer);
  for (let at = 0; at < octets.length; at += PAGE) {
    if (at > 0) octets.copyWithin(at, 0, PAGE);
    const end = Math.min(at === 0 ? PAGE : at + PAGE_OWN, octets.length);
    for (let word = at; word + 4 <= end; word += 4) view.setUint32(word, prng.u32());
  }
}

const ownerOf = ({ id }: { readonly id: number }): Owner => ({ kind: 'client', client: id });

export class Clients {
  readonly #world: FlockWorld;
  readonly #streams: Streams;
  readonly #wallMicros: (node: SimNode) => bigint;
  readonly #clients = new Map<number, Client>();
  #next: number;

  constructor(
    world: FlockWorld,
    streams: Streams,
    wallMicros: (node: SimNode) => bigint,
    saved: { readonly clients: readonly ClientState[]; readonly nextClient: number } | undefined,
  ) {
    this.#world = world;
    this.#streams = streams;
    this.#wallMicros = wallMicros;
    this.#next = saved?.nextClient ?? 1;
    for (const state of saved?.clients ?? []) this.#revive(state);
  }

  save(): { readonly clients: readonly ClientState[]; readonly nextClient: number } {
    const clients = [...this.#clients.values()].map(({ script: _script, asked: _asked, ...client }) => ({
      ...client,
      answers: [...client.answers],
      printed: [...client.printed],
      came: [...client.came],
    }));
    return { clients, nextClient: this.#next };
  }

  /** Number of the last one that was started; 0 before any. */
  get latest(): number {
    return this.#next - 1;
  }

  /** Whether a command is under way. */
  has(id: number): boolean {
    return this.#clients.has(id);
  }

  /** Starts a command line, without the word `collie`; the number of the command. */
  start(node: SimNode, words: readonly string[], input: Input): number {
    const id = this.#next++;
    const client: Client = {
      id,
      node: node.index,
      words,
      input,
      script: collie(words, false),
      answers: [],
      printed: [],
      came: [],
      isOpen: false,
      read: { octets: 0, checksum: 0 },
      asked: null,
    };
    this.#clients.set(id, client);
    this.#goOn(client, client.script.next());
    return id;
  }

  opened(id: number): void {
    const client = this.#clients.get(id);
    if (client?.asked === null || client === undefined) return;
    client.isOpen = true;
    const { request, parts } = client.asked;
    this.#streams.send(this.#nodeOf(client), ownerOf(client), [encodeSheepHeader(request), ...parts]);
  }

  data(id: number, octets: Uint8Array): void {
    const client = this.#clients.get(id);
    if (client === undefined || client.asked === null) return;
    client.came.push(octets);
    const have = client.came.reduce((sum, { length }) => sum + length, 0);
    if (have < SHEEP_HEADER_OCTETS) return;
    const [first] = client.came;
    const whole = first !== undefined && first.length >= SHEEP_HEADER_OCTETS ? first : concatBytes(client.came);
    const head = readSheepHeader('response', whole, 0);
    if (!head.ok || head.value.dataLength > SHEEP_DATA_MAX)
      return this.#failed(client, 'the answer is none of a sheep');
    const end = SHEEP_HEADER_OCTETS + head.value.dataLength;
    if (have < end) return;
    const data = concatBytes(client.came).subarray(SHEEP_HEADER_OCTETS, end);
    this.#streams.close(this.#nodeOf(client), ownerOf(client));
    this.#answer(client, { ok: true, response: { header: head.value, data } } satisfies ExchangeResult);
  }

  /** The connection is gone, or could not be made. */
  closed(id: number, why: string): void {
    const client = this.#clients.get(id);
    if (client !== undefined && client.asked !== null) this.#failed(client, why);
  }

  #failed(client: Client, why: string): void {
    this.#streams.close(this.#nodeOf(client), ownerOf(client));
    this.#answer(client, { ok: false, errors: [why] } satisfies ExchangeResult);
  }

  #answer(client: Client, answer: unknown): void {
    client.asked = null;
    client.came = [];
    client.isOpen = false;
    client.answers.push(answer);
    this.#goOn(client, client.script.next(answer));
  }

  #nodeOf({ node }: { readonly node: number }): SimNode {
    const found = this.#world.nodes[node];
    assert(found !== undefined, 'a command runs at a node');
    return found;
  }

  #goOn(client: Client, first: IteratorResult<CollieAsk, number>): void {
    let step = first;
    while (step.done !== true) {
      const asked = step.value;
      if (asked.ask === 'exchange') return this.#exchange(client, asked);
      const answer = this.#answerOf(client, asked);
      client.answers.push(answer);
      step = client.script.next(answer);
    }
    this.#clients.delete(client.id);
    const { id, words, input, printed, read } = client;
    const of = (to: Printed['to']): Uint8Array =>
      concatBytes(printed.flatMap((one) => (one.to === to ? [one.octets] : [])));
    const end: ToolEnd = {
      client: id,
      words,
      input,
      code: step.value,
      stdout: of('stdout'),
      stderr: utf8Text(of('stderr')),
      read,
    };
    for (const hook of this.#world.hooks.toolEnded) hook(this.#nodeOf(client), this.#world.now(), end);
  }

  #answerOf(client: Client, asked: Exclude<CollieAsk, { readonly ask: 'exchange' }>): unknown {
    switch (asked.ask) {
      case 'print':
        client.printed.push({ to: asked.to, octets: asked.octets });
        return undefined;
      case 'read':
        return this.#input(client, asked.length);
      case 'now':
        return this.#wallMicros(this.#nodeOf(client));
      case 'local-time':
        return dateOf(Number(asked.seconds));
    }
  }

  #input(client: Client, length: number): Uint8Array {
    const { input, id, read } = client;
    const octets = new Uint8Array(input === 'nothing' ? 0 : length);
    if (input === 'random') fillByChance(octets, Prng.of(this.#world.seed, INPUT_LABEL, id, read.octets));
    const checksum = new Checksum(read.checksum).feed(octets).value;
    client.read = { octets: read.octets + octets.length, checksum };
    return octets;
  }

  #exchange(client: Client, asked: Exchange): void {
    client.asked = asked;
    const own = this.#nodeOf(client);
    const { host, port } = asked.to;
    const to = LOCAL.has(host) ? own : this.#world.nodes.find(({ spec }) => spec.ip === host || spec.name === host);
    if (to !== undefined && port === SHEEP_PORT) return this.#streams.open(own, ownerOf(client), to);
    const why = to === undefined ? 'No route to host' : 'Connection refused';
    this.#world.push(this.#world.now() + REFUSED_MICROS, { kind: 'refused', client: client.id, why });
  }

  #revive({ answers, printed, came, ...state }: ClientState): void {
    const script = collie(state.words, false);
    let step = script.next();
    for (const answer of answers) step = script.next(answer);
    assert(step.done !== true && step.value.ask === 'exchange', 'a command waits where it waited');
    const own = { answers: [...answers], printed: [...printed], came: [...came], script, asked: step.value };
    this.#clients.set(state.id, { ...state, ...own });
  }
}
