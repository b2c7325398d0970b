// The links between all nodes, and the faults that act on many at once: partitions, deafness, counted drops. Knows of a
// datagram its size and its type.
import { Prng } from '../../base/prng.ts';
import type { Fault, LinkQuality } from '../fault.ts';
import type { End } from '../scenario/words.ts';
import { Link, type LinkState, type LossCause } from './link.ts';

const IP_UDP_OCTETS = 28;
const IP_OCTETS = 20;
const ETHERNET_OCTETS = 14;
const ETHERNET_MTU = 1500;
/** What a fragment carries: a multiple of 8 that fits behind its header. */
const FRAGMENT_OCTETS = 1480;
const LINK_LABEL = 0x11;
const MILLION = 1_000_000;

interface DropRule {
  readonly type: string;
  readonly from: End;
  readonly to: End;
  readonly left: number;
}

export interface NetworkState {
  readonly links: readonly (readonly [slot: number, state: LinkState])[];
  readonly base: LinkQuality;
  readonly groups: readonly number[] | null;
  readonly deaf: readonly boolean[];
  readonly drops: readonly DropRule[];
}

/** Nodes are counted from 0 here. */
export class Network {
  readonly #count: number;
  readonly #seed: number;
  readonly #base: LinkQuality;
  readonly #links: (Link | undefined)[] = [];
  /** Group of each node in a partition; null where there is none. */
  #groups: readonly number[] | null = null;
  #deaf: boolean[];
  #drops: DropRule[] = [];
  #plainDelay = -1;
  /** Of the datagram carried last: see Link. */
  arrival = Infinity;
  secondArrival = Infinity;
  cause: LossCause = 'loss';

  constructor(count: number, seed: number, base: LinkQuality, saved?: NetworkState) {
    this.#count = count;
    this.#seed = seed;
    this.#base = base;
    this.#deaf = new Array<boolean>(count).fill(false);
    if (saved !== undefined) {
      for (const [slot, state] of saved.links) this.#links[slot] = new Link(state);
      this.#groups = saved.groups;
      this.#deaf = [...saved.deaf];
      this.#drops = [...saved.drops];
    }
    this.#judge();
  }

  /** The delay of every link where all are alike and nothing is left to chance; else −1. */
  get plainDelay(): number {
    return this.#plainDelay;
  }

  /** Sends `length` octets of UDP payload on their way; the outcome is in `arrival`, `secondArrival` and `cause`. */
  carry(now: number, from: number, to: number, length: number, type: string, isMulticast: boolean): void {
    this.arrival = this.secondArrival = Infinity;
    if (this.#groups !== null && this.#groups[from] !== this.#groups[to]) {
      this.cause = 'partition';
      return;
    }
    if (isMulticast && this.#deaf[to] === true) {
      this.cause = 'deaf';
      return;
    }
    if (this.#drops.length > 0 && this.#isDropped(from, to, type)) {
      this.cause = 'drop';
      return;
    }
    const fragments = Math.max(1, Math.ceil((length + IP_UDP_OCTETS - IP_OCTETS) / FRAGMENT_OCTETS));
    const octets = length + IP_UDP_OCTETS + ETHERNET_OCTETS + (fragments - 1) * (IP_OCTETS + ETHERNET_OCTETS);
    const link = this.#link(from, to);
    link.carry(now, octets, Math.min(length + IP_UDP_OCTETS, ETHERNET_MTU));
    this.arrival = link.arrival;
    this.secondArrival = link.secondArrival;
    this.cause = link.cause;
  }

  /** Applies a fault of the network; others are none of its business. */
  apply(fault: Fault): void {
    switch (fault.kind) {
      case 'partition': {
        const groups = Array.from({ length: this.#count }, (_, node) => -1 - node);
        for (const [group, nodes] of fault.groups.entries()) for (const node of nodes) groups[node - 1] = group;
        this.#groups = groups;
        break;
      }
      case 'heal':
        this.#groups = null;
        this.#deaf.fill(false);
        this.#drops = [];
        for (const link of this.#links)
          if (link !== undefined) {
            link.quality = this.#base;
            link.isCut = false;
          }
        break;
      case 'cut':
      case 'mend':
        this.#each(fault.from, fault.to, (link) => (link.isCut = fault.kind === 'cut'));
        break;
      case 'deaf':
        this.#deaf[fault.node - 1] = fault.on;
        break;
      case 'drop':
        this.#drops.push({ type: fault.type, from: fault.from, to: fault.to, left: fault.count });
        break;
      case 'link':
        this.#each(fault.from, fault.to, (link) => (link.quality = { ...link.quality, ...fault.change }));
        break;
      default:
        return;
    }
    this.#judge();
  }

  /** When so many octets of a stream arrive that leave now; infinity where they do not. */
  carryStream(now: number, from: number, to: number, octets: number): number {
    if (this.#groups !== null && this.#groups[from] !== this.#groups[to]) return Infinity;
    const link = this.#link(from, to);
    link.carry(now, octets, Math.min(octets, ETHERNET_MTU));
    return link.arrival;
  }

  /** Whether any packet can get through. */
  isOpen(from: number, to: number, what: 'all' | 'unicast'): boolean {
    if (this.#groups !== null && this.#groups[from] !== this.#groups[to]) return false;
    const { isCut, quality } = this.#link(from, to);
    return (what === 'unicast' || this.#deaf[to] !== true) && !isCut && quality.loss < MILLION;
  }

  save(): NetworkState {
    const links = this.#links.flatMap((link, slot) => (link === undefined ? [] : [[slot, link.save()] as const]));
    return { links, base: this.#base, groups: this.#groups, deaf: [...this.#deaf], drops: [...this.#drops] };
  }

  #link(from: number, to: number): Link {
    const slot = from * this.#count + to;
    return (this.#links[slot] ??= new Link({
      quality: this.#base,
      isCut: false,
      lastArrival: 0,
      busyUntil: 0,
      prng: Prng.of(this.#seed, LINK_LABEL, from, to).save(),
    }));
  }

  #each(from: End, to: End, change: (link: Link) => void): void {
    for (let a = 0; a < this.#count; a++)
      for (let b = 0; b < this.#count; b++)
        if (a !== b && (from === 'any' || from === a + 1) && (to === 'any' || to === b + 1)) change(this.#link(a, b));
  }

  #isDropped(from: number, to: number, type: string): boolean {
    const at = this.#drops.findIndex(
      (rule) =>
        (rule.type === 'any' || rule.type === type) &&
        (rule.from === 'any' || rule.from === from + 1) &&
        (rule.to === 'any' || rule.to === to + 1),
    );
    const rule = this.#drops[at];
    if (rule === undefined) return false;
    if (rule.left > 1) this.#drops[at] = { ...rule, left: rule.left - 1 };
    else this.#drops.splice(at, 1);
    if (this.#drops.length === 0) this.#judge();
    return true;
  }

  /** Whether all packets may take the short way. */
  #judge(): void {
    this.#plainDelay = -1;
    if (this.#groups !== null || this.#drops.length > 0 || this.#deaf.includes(true)) return;
    const { delay } = this.#base;
    if (!new Link(this.#plainState()).isPlain) return;
    if (this.#links.some((link) => link !== undefined && (!link.isPlain || link.quality.delay !== delay))) return;
    this.#plainDelay = delay;
  }

  #plainState(): LinkState {
    return { quality: this.#base, isCut: false, lastArrival: 0, busyUntil: 0, prng: [0, 0, 0, 1] };
  }
}
