// What is explained already: which finding is the cause of a lost token, and which faults cover which time and nodes.
// Made anew for each run of the rules.
import type { Finding } from '../../result.ts';
import type { Incident } from './incidents.ts';

/** A fault that lasts: what goes wrong meanwhile with these nodes follows from it. */
export interface Cover {
  readonly finding: Finding;
  readonly fromNs: number;
  readonly untilNs: number;
  /** Null: of all nodes. */
  readonly nodes: readonly number[] | null;
}

export class Ledger {
  private readonly causes = new Map<Incident, Finding>();
  private readonly covers: Cover[] = [];

  explain(incident: Incident, finding: Finding): void {
    if (!this.causes.has(incident)) this.causes.set(incident, finding);
  }

  /** The cause of a lost token, null where nothing explains it yet. */
  causeOf(incident: Incident): Finding | null {
    return this.causes.get(incident) ?? null;
  }

  cover(cover: Cover): void {
    this.covers.push(cover);
  }

  /** What a rule has said by covers so far. */
  said(rule: string): readonly Finding[] {
    return [...new Set(this.covers.map((cover) => cover.finding))].filter((finding) => finding.rule === rule);
  }

  /** A fault that covers the whole time, by one cover. */
  lasting(fromNs: number, untilNs: number): Finding | null {
    return this.covers.find((cover) => cover.fromNs <= fromNs && cover.untilNs >= untilNs)?.finding ?? null;
  }

  /** The first fault that covers the moment and, where one is given, the node. */
  covering(timeNs: number, node: number | null = null): Finding | null {
    const covers = this.covers.find(
      ({ fromNs, untilNs, nodes }) =>
        timeNs >= fromNs && timeNs <= untilNs && (node === null || nodes === null || nodes.includes(node)),
    );
    return covers?.finding ?? null;
  }
}
