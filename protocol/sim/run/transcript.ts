// The notebook of a run: one line an event, `TIME WHO WHAT`, in order of time. What several nodes do in the same
// microsecond in the same words is one line. docs/lab.md says what each column means.
import type { Fault } from '../fault.ts';
import { faultText } from '../fault.ts';
import type { ProgramEffect, ProgramInput } from '../program.ts';
import { USUAL_TOPICS, type Topic } from '../scenario/commands.ts';
import { collieText } from '../scenario/deed-text.ts';
import { linesOf, type ToolEnd } from '../sheep/clients.ts';
import type { SheepTold } from '../sheep/contract.ts';
import type { LossCause } from '../world/link.ts';
import type { WorldObserver } from '../world/observer.ts';
import type { SimNode } from '../world/sim-node.ts';
import { topicOf, type Wording } from './wording.ts';

/** Lines that a transcript holds; what comes later is counted. */
export const TRANSCRIPT_LINES_MAX = 200_000;

const MICROS_PER_SECOND = 1_000_000;

/** `4.000125`. */
export function clockText(micros: number): string {
  return `${Math.floor(micros / MICROS_PER_SECOND)}.${String(micros % MICROS_PER_SECOND).padStart(6, '0')}`;
}

interface Pending {
  readonly text: string;
  readonly nodes: number[];
}

export class Transcript implements WorldObserver {
  #topics: ReadonlySet<Topic> = new Set(USUAL_TOPICS);
  readonly #wording: Wording;
  #lines: string[] = [];
  #count = 0;
  #leftOut = 0;
  #pendingAt = 0;
  #pending: Pending[] = [];

  constructor(wording: Wording) {
    this.#wording = wording;
  }

  show(topics: readonly Topic[]): void {
    this.#topics = new Set(topics);
  }

  /** A line of no node. */
  say(at: number, text: string): void {
    this.#flush(at);
    this.#write(`${clockText(at)} ${text}`);
  }

  /** A line of a node. */
  tell(node: SimNode, at: number, text: string): void {
    if (at !== this.#pendingAt) this.#flush(at);
    const { number } = node.spec;
    const same = this.#pending.find((pending) => pending.text === text && !pending.nodes.includes(number));
    if (same === undefined) this.#pending.push({ text, nodes: [number] });
    else same.nodes.push(number);
  }

  /** Takes the lines since the last call. */
  take(): readonly string[] {
    this.#flush(this.#pendingAt);
    if (this.#leftOut > 0)
      this.#lines.push(`… ${this.#leftOut} further lines: a transcript has ${TRANSCRIPT_LINES_MAX}`);
    const lines = this.#lines;
    this.#lines = [];
    this.#leftOut = 0;
    return lines;
  }

  faulted(fault: Fault, at: number): void {
    if (this.#topics.has('faults')) this.say(at, `fault ${faultText(fault)}`);
  }

  died(node: SimNode, at: number, how: 'killed' | 'left' | 'crashed', says: string): void {
    if (how === 'crashed') this.tell(node, at, `CRASHED: ${says}`);
    else if (says !== '') this.tell(node, at, `dies ${says}`);
  }

  stepped(node: SimNode, at: number, _input: ProgramInput, effects: readonly ProgramEffect[]): void {
    for (const effect of effects) {
      if (effect.kind === 'send-mcast' || effect.kind === 'send-token') continue;
      if (effect.kind === 'note' && effect.note.kind === 'state' && effect.note.state === 'operational') continue;
      const topic = topicOf(effect);
      if (topic === null || !this.#topics.has(topic)) continue;
      const text = this.#wording.effect(effect);
      if (text !== null) this.tell(node, at, text);
    }
  }

  sheepStepped(node: SimNode, at: number, told: SheepTold): void {
    if (told.kind === 'log') {
      const { where, text } = told.line;
      if (this.#topics.has('sheeplog')) this.tell(node, at, `sheep.log ${where === null ? '' : `${where} `}${text}`);
    } else if (this.#topics.has('sheep'))
      this.tell(node, at, told.kind === 'started' ? 'sheep starts' : `sheep ends (${told.code}): ${told.why}`);
  }

  toolEnded(node: SimNode, at: number, end: ToolEnd): void {
    if (!this.#topics.has('sheep')) return;
    const { words, input, code } = end;
    this.tell(node, at, `${collieText(words, input)}: exit code ${code}`);
    for (const line of linesOf(end)) this.tell(node, at, `| ${line}`.trimEnd());
  }

  sent(from: SimNode, to: SimNode | null, bytes: Uint8Array, at: number): void {
    if (!this.#topics.has('wire')) return;
    this.say(at, this.#wording.datagram(`${from.spec.number}`, to === null ? '*' : `${to.spec.number}`, bytes));
  }

  lost(from: SimNode, to: SimNode, bytes: Uint8Array, cause: LossCause, at: number): void {
    if (!this.#topics.has('losses')) return;
    this.say(at, `lost (${cause}) ${this.#wording.datagram(`${from.spec.number}`, `${to.spec.number}`, bytes)}`);
  }

  #flush(at: number): void {
    for (const { nodes } of this.#pending) nodes.sort((a, b) => a - b);
    for (const { text, nodes } of this.#pending)
      this.#write(`${clockText(this.#pendingAt)} ${nodes.join(',')} ${text}`);
    this.#pending = [];
    this.#pendingAt = at;
  }

  #write(line: string): void {
    if (this.#count < TRANSCRIPT_LINES_MAX) {
      this.#count++;
      this.#lines.push(line);
    } else this.#leftOut++;
  }
}
