// Which frame carries which notes: findings on the packets that prove them, annotations on theirs; each as a comment
// for people and a twin for this program. Pure; the capture is written elsewhere.
import { nsOf, type Annotation, type Time } from '../../annotations/annotation.ts';
import type { Annotations } from '../../annotations/list.ts';
import type { Finding } from '../../analysis/result.ts';
import { carriedFinding, type Twin } from './twin.ts';

/** Evidence frames of one piece that carry a comment; all that are kept carry the twin. */
const COMMENTED_FRAMES_MAX = 2000;

/** The rows that are written, as far as a plan asks. */
export interface WrittenFrames {
  /** True where this frame (row + 1) is written. */
  has(frame: number): boolean;
  /** The first written frame not earlier than a time since the epoch; the last one where there is none; 0 for none. */
  atTime(ns: number): number;
  /** A written frame of a node, the first; 0 for none. */
  ofNode(nodeid: number): number;
}

export interface FrameNotes {
  readonly comments: string[];
  readonly twins: Twin[];
}
export type NotesPlan = ReadonlyMap<number, FrameNotes>;

const withStop = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

/** What a finding says on its first packet. */
export function findingComment({
  severity,
  rule,
  says,
  cause,
  advice,
  confidence,
}: Omit<Finding, 'time' | 'until' | 'evidence'>): string {
  const parts = [`${severity.toUpperCase()} ${rule}: ${withStop(says)}`];
  if (cause !== null) parts.push(`Cause: ${withStop(cause)}`);
  if (advice !== null) parts.push(`Look at: ${withStop(advice)}`);
  parts.push(`Confidence ${Math.round(confidence * 100)} %.`);
  return parts.join(' ');
}

export const evidenceComment = (rule: string, says: string): string => `Evidence of ${rule}: ${says}`;

/** What an annotation says as a comment. */
export function annotationComment({ on, text, tags }: Annotation): string {
  const where =
    on.kind === 'packet'
      ? ''
      : on.kind === 'span'
        ? `From ${on.from} to ${on.to}: `
        : on.kind === 'node'
          ? `Node ${on.nodeid}: `
          : `On ${on.finding}: `;
  return [`${where}${text}`, ...tags.map((tag) => `#${tag}`)].join(' ');
}

class Plan {
  readonly frames = new Map<number, FrameNotes>();
  private readonly written: WrittenFrames;

  constructor(written: WrittenFrames) {
    this.written = written;
  }

  private at(frame: number): FrameNotes {
    let notes = this.frames.get(frame);
    if (notes === undefined) this.frames.set(frame, (notes = { comments: [], twins: [] }));
    return notes;
  }

  finding(finding: Finding, isWithin: boolean, time: (ns: number) => Time): void {
    const { written } = this;
    const proofs = finding.evidence.map(({ says, frames }) => ({ says, frames: frames.filter((f) => written.has(f)) }));
    const first = proofs.flatMap(({ frames }) => frames)[0];
    if (first === undefined && !isWithin) return;
    const host = first ?? written.atTime(finding.time);
    if (host === 0) return;
    const notes = this.at(host);
    notes.comments.push(findingComment(finding));
    notes.twins.push(carriedFinding(finding, time));
    for (const [piece, { says, frames }] of proofs.entries())
      for (const [place, frame] of frames.entries()) {
        const own = this.at(frame);
        const comment = evidenceComment(finding.rule, says);
        if (place < COMMENTED_FRAMES_MAX && !own.comments.includes(comment)) own.comments.push(comment);
        own.twins.push({ kind: 'evidence', finding: finding.id, piece, place });
      }
  }

  annotation(annotation: Annotation, host: number): void {
    if (host === 0) return;
    const notes = this.at(host);
    notes.comments.push(annotationComment(annotation));
    notes.twins.push({ kind: 'annotation', annotation });
  }
}

export interface NotesInput {
  readonly findings: readonly Finding[];
  readonly annotations: Annotations;
  readonly written: WrittenFrames;
  /** What is written lies between these times since the epoch. */
  readonly span: { readonly from: number; readonly to: number };
  readonly epochNs: bigint;
  readonly time: (ns: number) => Time;
  /** The node id in the capture of one in an annotation: another where they are scrubbed. */
  readonly nodeBefore: (nodeid: number) => number;
}

/** Notes by frame number of the capture that is read. What is on nothing that is written is left out. */
export function planNotes(input: NotesInput): NotesPlan {
  const { findings, annotations, written, span, epochNs, time } = input;
  const plan = new Plan(written);
  for (const finding of findings) {
    const until = finding.until ?? finding.time;
    plan.finding(finding, finding.time <= span.to && until >= span.from, time);
  }
  const hosts = new Map(
    findings.map((finding) => {
      const proof = finding.evidence.flatMap(({ frames }) => frames).find((frame) => written.has(frame));
      return [finding.id, proof ?? written.atTime(finding.time)] as const;
    }),
  );
  for (const annotation of annotations) {
    const { on } = annotation;
    if (on.kind === 'packet') plan.annotation(annotation, written.has(on.frame) ? on.frame : 0);
    else if (on.kind === 'node') plan.annotation(annotation, written.ofNode(input.nodeBefore(on.nodeid)));
    else if (on.kind === 'finding') plan.annotation(annotation, hosts.get(on.finding) ?? written.atTime(span.from));
    else {
      const [from, to] = [Number(nsOf(on.from) - epochNs), Number(nsOf(on.to) - epochNs)];
      const isWithin = from <= span.to && to >= span.from;
      plan.annotation(annotation, isWithin ? written.atTime(Math.max(from, span.from)) : 0);
    }
  }
  return plan.frames;
}
