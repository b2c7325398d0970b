// What an annotated capture carries for this program: annotations and findings from the twins of its frames, and the
// comments that are somebody else's. The inverse of plan.ts; believes nothing that a capture says of itself.
import { nsOf, type Annotation } from '../../annotations/annotation.ts';
import { joined, type Annotations } from '../../annotations/list.ts';
import type { Finding } from '../../analysis/result.ts';
import { annotationComment, evidenceComment, findingComment } from './plan.ts';
import { twinsIn, type CarriedEvidence, type CarriedFinding } from './twin.ts';

export interface FrameText {
  readonly frame: number;
  readonly text: string;
}

export interface Carried {
  readonly annotations: Annotations;
  /** As they were found when the capture was written, with the frames of this one. */
  readonly findings: readonly Finding[];
  /** Comments of frames that are not the twins' own, and of the whole capture (frame null). */
  readonly comments: readonly { readonly frame: number | null; readonly text: string }[];
}

export const NOTHING_CARRIED: Carried = { annotations: [], findings: [], comments: [] };

/** What the comment of a whole capture begins with where this program wrote it. */
export const OWN_COMMENT = 'Totem Lab: ';

interface Found {
  readonly carried: CarriedFinding;
  readonly frames: { readonly piece: number; readonly place: number; readonly frame: number }[];
}

function findingOf({ carried, frames }: Found, epochNs: bigint): Finding {
  const { id, rule, severity, culprits, says, cause, advice, confidence, because, reference } = carried;
  const { time, until, evidence } = carried;
  const since = (text: string): number => Number(nsOf(text) - epochNs);
  const framesOf = (piece: number): readonly number[] =>
    frames
      .filter((own) => own.piece === piece)
      .sort((a, b) => a.place - b.place || a.frame - b.frame)
      .map(({ frame }) => frame);
  return {
    id,
    rule,
    severity,
    culprits,
    says,
    cause,
    advice,
    confidence,
    because,
    reference,
    time: since(time),
    until: until === null ? null : since(until),
    evidence: evidence.map((says, piece) => ({ frames: framesOf(piece), says })),
  };
}

class Reader {
  readonly annotations: Annotation[] = [];
  readonly findings = new Map<string, Found>();
  private readonly waiting: { readonly evidence: CarriedEvidence; readonly frame: number }[] = [];

  frame(frame: number, texts: readonly string[]): void {
    for (const twin of twinsIn(texts)) {
      if (twin.kind === 'evidence') this.waiting.push({ evidence: twin, frame });
      else if (twin.kind === 'finding') {
        if (!this.findings.has(twin.id)) this.findings.set(twin.id, { carried: twin, frames: [] });
      } else {
        const { annotation } = twin;
        const isPacket = annotation.on.kind === 'packet';
        this.annotations.push(isPacket ? { ...annotation, on: { kind: 'packet', frame } } : annotation);
      }
    }
  }

  finish(): void {
    for (const { evidence, frame } of this.waiting) {
      const { piece, place, finding } = evidence;
      this.findings.get(finding)?.frames.push({ piece, place, frame });
    }
  }
}

/** The comments that belong to twins: what is left of a file's is somebody else's. */
function ownComments({ annotations, findings }: Reader): ReadonlySet<string> {
  const own = new Set(annotations.map(annotationComment));
  for (const { carried } of findings.values()) {
    own.add(findingComment(carried));
    for (const says of carried.evidence) own.add(evidenceComment(carried.rule, says));
  }
  return own;
}

/** `epochNs`: wall clock of time 0 of the capture that is read. */
export function readCarried(
  customs: readonly FrameText[],
  comments: readonly { readonly frame: number | null; readonly text: string }[],
  epochNs: bigint,
): Carried {
  if (customs.length === 0) return { ...NOTHING_CARRIED, comments };
  const byFrame = new Map<number, string[]>();
  for (const { frame, text } of customs) {
    const texts = byFrame.get(frame);
    if (texts === undefined) byFrame.set(frame, [text]);
    else texts.push(text);
  }
  const reader = new Reader();
  for (const [frame, texts] of byFrame) reader.frame(frame, texts);
  reader.finish();
  const own = ownComments(reader);
  const isOwn = ({ frame, text }: { readonly frame: number | null; readonly text: string }): boolean =>
    frame === null ? text.startsWith(OWN_COMMENT) : own.has(text) && byFrame.has(frame);
  return {
    annotations: joined([], reader.annotations),
    findings: [...reader.findings.values()].map((found) => findingOf(found, epochNs)),
    comments: comments.filter((comment) => !isOwn(comment)),
  };
}

/** Nanoseconds by which two findings of one moment may differ: times go through text and back. */
const SAME_NS_MAX = 1000;

const isSame = (a: Finding, b: Finding): boolean =>
  a.rule === b.rule &&
  Math.abs(a.time - b.time) <= SAME_NS_MAX &&
  a.culprits.length === b.culprits.length &&
  a.culprits.every((nodeid, i) => nodeid === b.culprits[i]);

export interface WithCarried {
  /** What the packets say now, then what only the capture remembers. */
  readonly findings: readonly Finding[];
  /** Ids of those that the packets no longer show. */
  readonly remembered: ReadonlySet<string>;
  readonly annotations: Annotations;
}

/**
 * What is found now, with what a capture carries: one that is found again counts once, by its present id, and
 * annotations on it follow. A part of a capture, or one without its key, shows less than it carries.
 */
export function withCarried(found: readonly Finding[], carried: Carried): WithCarried {
  const ids = new Map<string, string>();
  const left: Finding[] = [];
  for (const own of carried.findings) {
    const again = found.find((other) => isSame(own, other));
    if (again === undefined) left.push(own);
    else ids.set(own.id, again.id);
  }
  const taken = new Set(found.map(({ id }) => id));
  for (const own of left) ids.set(own.id, taken.has(own.id) ? `${own.id}-carried` : own.id);
  const idOf = (id: string): string => ids.get(id) ?? id;
  const remembered = left.map((own) => ({
    ...own,
    id: idOf(own.id),
    because: own.because === null ? null : idOf(own.because),
  }));
  return {
    findings: [...found, ...remembered],
    remembered: new Set(remembered.map(({ id }) => id)),
    annotations: carried.annotations.map((annotation) => {
      const { on } = annotation;
      return on.kind === 'finding' ? { ...annotation, on: { ...on, finding: idOf(on.finding) } } : annotation;
    }),
  };
}
