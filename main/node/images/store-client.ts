// A client of a whole store, for work of many requests: knows its nodes, keeps a connection to each, asks the node that
// has an object first, and goes on through another where one dies. Commands of one request each are collie's.
import { viewOf } from '../../../protocol/base/bytes.ts';
import { readEntries } from '../../../protocol/collie/session.ts';
import type { Response } from '../../../protocol/collie/script.ts';
import { sheepAddress, type NodeEntry } from '../../../protocol/sheep/node-entry.ts';
import { Op, Res, resultText } from '../../../protocol/sheep/operations.ts';
import { buildHashRing, holdersOf, type HashRing } from '../../../protocol/sheep/placement/hash-ring.ts';
import { makeHeader, numberField } from '../../../protocol/sheep/tcp-headers.ts';
import { LinkBroken, SheepLink } from './sheep-link.ts';

/** Milliseconds that work under way waits for a store that does not answer, or has halted. */
const PATIENCE_MS = 60_000;
const RETRY_MS = 250;
/** Milliseconds that a node which did not answer is left alone; twice as long each time, up to the most. */
const AWAY_MS = 3000;
const AWAY_MS_MAX = 60_000;
const NODE_LIST_OCTETS = 24_576;

/** Results that pass by themselves once the cluster has found itself again. */
const PASSING: ReadonlySet<number> = new Set([
  Res.HALT,
  Res.WAIT_FOR_JOIN,
  Res.OLD_NODE_VER,
  Res.NEW_NODE_VER,
  Res.NETWORK_ERROR,
]);

/** The work cannot go on: one sentence. */
export class StoreTrouble extends Error {}

export interface Peer {
  readonly host: string;
  readonly port: number;
}

export interface AskOptions {
  /** Asks the holder of this object first. */
  readonly oid?: bigint;
  /** Where the data goes. */
  readonly into?: Uint8Array;
  /** Must not be done twice: a broken connection is the end of it. */
  readonly isOnce?: boolean;
}

export type Fields = Readonly<Record<string, number | bigint>>;

const NO_PARTS: readonly Uint8Array[] = [];
const keyOf = ({ host, port }: Peer): string => (host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`);
const peerOf = ({ addr, port }: NodeEntry): Peer => ({ host: sheepAddress(addr), port });
const sleep = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

export class StoreClient {
  private readonly entry: Peer;
  private readonly tell: (says: string) => void;
  private readonly links = new Map<string, Promise<SheepLink>>();
  private readonly away = new Map<string, { readonly until: number; readonly times: number; readonly why: string }>();
  private nodes: readonly NodeEntry[] = [];
  private ring: HashRing = buildHashRing([]);
  private isWorking = false;
  /** Requests that wait for a store that refuses them for now: one sentence for all of them. */
  private waiting = 0;

  /** `tell` is told when a node dies and through whom it goes on. */
  private constructor(entry: Peer, tell: (says: string) => void) {
    this.entry = entry;
    this.tell = tell;
  }

  /** Throws StoreTrouble where no sheep answers there. */
  static async open(entry: Peer, tell: (says: string) => void): Promise<StoreClient> {
    const client = new StoreClient(entry, tell);
    try {
      await client.learnNodes();
    } catch (error) {
      client.close();
      if (!(error instanceof LinkBroken)) throw error;
      throw new StoreTrouble(
        `no sheep answers at ${keyOf(entry)} (${error.message}): start one there, or say where with -a and -p`,
      );
    }
    return client;
  }

  close(): void {
    for (const link of this.links.values())
      void link.then(
        (open) => open.close(),
        () => undefined,
      );
    this.links.clear();
  }

  /** From here on a node that dies is no end: others are asked, and a halted cluster is waited for. */
  begin(): void {
    this.isWorking = true;
  }

  private async learnNodes(from: Peer = this.entry): Promise<void> {
    const link = await this.linkTo(from);
    const request = makeHeader('request', Op.GET_NODE_LIST, { dataLength: NODE_LIST_OCTETS });
    const response = await link.ask(request, [], null);
    const nodes = readEntries(response.data, numberField(response.header, 'nrNodes'));
    if (nodes.length === 0) throw new StoreTrouble(`the sheep at ${keyOf(from)} is in no cluster yet`);
    this.nodes = nodes;
    this.ring = buildHashRing(nodes);
  }

  /** The same connection for all who ask. Throws LinkBroken. */
  private async linkTo(peer: Peer): Promise<SheepLink> {
    const key = keyOf(peer);
    for (let known = this.links.get(key); known !== undefined; known = this.links.get(key)) {
      const link = await known;
      if (link.isOpen) return link;
      if (this.links.get(key) === known) this.links.delete(key);
    }
    const opening = SheepLink.open(peer.host, peer.port);
    this.links.set(key, opening);
    try {
      return await opening;
    } catch (error) {
      if (this.links.get(key) === opening) this.links.delete(key);
      throw error;
    }
  }

  /** Whom to ask, best first: those who hold the object, the one that was named, the others. */
  private peersFor(oid: bigint | undefined): readonly Peer[] {
    const holders = oid === undefined ? [] : holdersOf(this.ring, oid, this.nodes.length).map(peerOf);
    const all = new Map([...holders, this.entry, ...this.nodes.map(peerOf)].map((peer) => [keyOf(peer), peer]));
    return [...all.values()];
  }

  private isAway(peer: Peer): boolean {
    return (this.away.get(keyOf(peer))?.until ?? 0) > Date.now();
  }

  private leaveAlone(peer: Peer, why: string): void {
    const key = keyOf(peer);
    const times = (this.away.get(key)?.times ?? 0) + 1;
    const ms = Math.min(AWAY_MS * 2 ** (times - 1), AWAY_MS_MAX);
    this.away.set(key, { until: Date.now() + ms, times, why });
    this.links.delete(key);
    if (times > 1) return;
    const next = this.peersFor(undefined).find((other) => !this.away.has(keyOf(other)));
    this.tell(`${key}: ${why}${next === undefined ? '' : `; going on through ${keyOf(next)}`}`);
    // The cluster may have found itself without that node: its objects have other holders then.
    if (next !== undefined) setTimeout(() => void this.relearn(next), AWAY_MS).unref();
  }

  private async relearn(from: Peer): Promise<void> {
    try {
      await this.learnNodes(from);
    } catch (error) {
      // Whoever asks next finds that out, and says it.
      if (!(error instanceof LinkBroken) && !(error instanceof StoreTrouble)) throw error;
    }
  }

  private troubles(): string {
    return [...this.away].map(([key, { why }]) => `${key}: ${why}`).join('; ');
  }

  /**
   * Asks until somebody answers. Throws StoreTrouble where nobody does in time. The answer may be a refusal.
   */
  async ask(
    opcode: number,
    fields: Fields,
    parts: readonly Uint8Array[] = NO_PARTS,
    { oid, into, isOnce = false }: AskOptions = {},
  ): Promise<Response> {
    const request = makeHeader('request', opcode, fields);
    const limit = Date.now() + (this.isWorking ? PATIENCE_MS : 0);
    let isWaiting = false;
    try {
      for (;;) {
        const response = await this.askAnyone(request, parts, into ?? null, oid, isOnce);
        const isOver = Date.now() >= limit || isOnce;
        const result = response?.header.result ?? Res.SYSTEM_ERROR;
        if (response !== null && (isOver || !PASSING.has(result))) return response;
        if (isOver) throw new StoreTrouble(`no node of the store answers any more (${this.troubles()})`);
        if (response !== null && !isWaiting) this.waitFor(result);
        isWaiting ||= response !== null;
        await sleep(RETRY_MS);
      }
    } finally {
      if (isWaiting) this.waiting--;
    }
  }

  private waitFor(result: number): void {
    if (this.waiting === 0) this.tell(`${resultText(result)}: waiting for up to ${PATIENCE_MS / 1000} s`);
    this.waiting++;
  }

  /** Null where nobody that is worth asking answers. */
  private async askAnyone(
    request: ReturnType<typeof makeHeader>,
    parts: readonly Uint8Array[],
    into: Uint8Array | null,
    oid: bigint | undefined,
    isOnce: boolean,
  ): Promise<Response | null> {
    for (const peer of this.peersFor(oid)) {
      if (this.isAway(peer)) continue;
      let link: SheepLink;
      try {
        link = await this.linkTo(peer);
      } catch (error) {
        if (!(error instanceof LinkBroken)) throw error;
        this.leaveAlone(peer, error.message);
        continue;
      }
      try {
        const response = await link.ask(request, parts, into);
        this.away.delete(keyOf(peer));
        return response;
      } catch (error) {
        if (!(error instanceof LinkBroken)) throw error;
        if (isOnce) throw new StoreTrouble(`${keyOf(peer)}: ${error.message}`);
        this.leaveAlone(peer, error.message);
      }
    }
    return null;
  }
}

export function resultOf({ header }: Response): number {
  return header.result ?? Res.SYSTEM_ERROR;
}

/** An answer's image id. */
export const vdiOf = (response: Response): number => numberField(response.header, 'vdiId');

/** Entries of an inode's table. */
export function tableEntries(octets: Uint8Array): Uint32Array {
  const entries = new Uint32Array(octets.length >>> 2);
  const view = viewOf(octets);
  for (let i = 0; i < entries.length; i++) entries[i] = view.getUint32(4 * i, true);
  return entries;
}
