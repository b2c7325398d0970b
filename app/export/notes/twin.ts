// The machine-readable twin of a note: what a comment says to a person, for this program to read again. Texts for
// custom options, cut into parts where they are long, and put together again from whatever a file holds.
import { utf8Bytes } from '../../../protocol/base/bytes.ts';
import { CUSTOM_OCTETS_MAX } from '../../../protocol/pcap/pcapng-writer.ts';
import { annotationFrom, nsOf, type Annotation, type Time } from '../../annotations/annotation.ts';
import type { Finding, Severity } from '../../analysis/result.ts';

/** Every text starts so: the enterprise number is one for examples, which others may use too. */
const MARK = 'totem-lab:1';
/** Characters of one part: three octets each at most, with room for the mark. */
const PART_LENGTH = Math.floor((CUSTOM_OCTETS_MAX - 64) / 3);
/** Parts of one text that are put together. */
const PARTS_MAX = 64;

/** A finding without its frames: each evidence frame names itself by an evidence twin. */
export interface CarriedFinding {
  readonly kind: 'finding';
  readonly id: string;
  readonly rule: string;
  readonly severity: Severity;
  readonly time: Time;
  readonly until: Time | null;
  readonly culprits: readonly number[];
  readonly says: string;
  /** What each piece of evidence says. */
  readonly evidence: readonly string[];
  readonly cause: string | null;
  readonly advice: string | null;
  readonly confidence: number;
  readonly because: string | null;
  readonly reference: string | null;
}
/** This frame is the `place`-th of a piece of evidence. */
export interface CarriedEvidence {
  readonly kind: 'evidence';
  readonly finding: string;
  readonly piece: number;
  readonly place: number;
}
/** An annotation; one on a packet is on the packet that carries it. */
export interface CarriedAnnotation {
  readonly kind: 'annotation';
  readonly annotation: Annotation;
}
export type Twin = CarriedFinding | CarriedEvidence | CarriedAnnotation;

/** The texts of a twin, in order. */
export function twinTexts(twin: Twin): readonly string[] {
  const text = JSON.stringify(twin);
  // In octets it may be three times as long: it is cut by characters only where octets could run over.
  if (utf8Bytes(text).length <= CUSTOM_OCTETS_MAX - 64) return [`${MARK} 1/1 ${text}`];
  const count = Math.ceil(text.length / PART_LENGTH);
  return Array.from({ length: count }, (_, i) => {
    return `${MARK} ${i + 1}/${count} ${text.slice(i * PART_LENGTH, (i + 1) * PART_LENGTH)}`;
  });
}

const TIME = /^-?\d{1,12}\.\d{9}$/;
const SEVERITIES: readonly unknown[] = ['info', 'warning', 'failure'];
/** Characters of a sentence, and entries of a list, that are believed. */
const SAYS_MAX = 65_536;
const ENTRIES_MAX = 4096;

const isText = (value: unknown): value is string => typeof value === 'string' && value.length <= SAYS_MAX;
const isTextOrNull = (value: unknown): value is string | null => value === null || isText(value);
const isTime = (value: unknown): value is Time => typeof value === 'string' && TIME.test(value);
const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

function isFinding(value: Record<string, unknown>): boolean {
  const { id, rule, severity, time, until, culprits, says, evidence, cause, advice, confidence, because } = value;
  return (
    [id, rule, says].every(isText) &&
    [cause, advice, because, value['reference']].every(isTextOrNull) &&
    SEVERITIES.includes(severity) &&
    isTime(time) &&
    (until === null || (isTime(until) && nsOf(until) >= nsOf(time))) &&
    typeof confidence === 'number' &&
    confidence >= 0 &&
    confidence <= 1 &&
    Array.isArray(culprits) &&
    culprits.length <= ENTRIES_MAX &&
    culprits.every(isCount) &&
    Array.isArray(evidence) &&
    evidence.length <= ENTRIES_MAX &&
    evidence.every(isText)
  );
}

function twinFrom(value: unknown): Twin | null {
  if (typeof value !== 'object' || value === null) return null;
  const own = value as Record<string, unknown>;
  const { kind, finding, piece, place } = own;
  if (kind === 'finding') return isFinding(own) ? (value as CarriedFinding) : null;
  if (kind === 'evidence')
    return isText(finding) && isCount(piece) && isCount(place) && piece < ENTRIES_MAX
      ? { kind, finding, piece, place }
      : null;
  const annotation = kind === 'annotation' ? annotationFrom(own['annotation']) : null;
  return annotation === null ? null : { kind: 'annotation', annotation };
}

/** The twins in the texts of one frame; what is none, or not whole, is left out. */
export function twinsIn(texts: readonly string[]): readonly Twin[] {
  const twins: Twin[] = [];
  let parts: string[] = [];
  for (const text of texts) {
    const head = /^totem-lab:1 (\d{1,3})\/(\d{1,3}) /.exec(text);
    if (head === null) continue;
    const [number, count] = [Number(head[1]), Number(head[2])];
    if (number === 1) parts = [];
    if (number !== parts.length + 1 || count > PARTS_MAX) continue;
    parts.push(text.slice(head[0].length));
    if (number < count) continue;
    try {
      const twin = twinFrom(JSON.parse(parts.join('')));
      if (twin !== null) twins.push(twin);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
    parts = [];
  }
  return twins;
}

/** A finding as it is carried. `time` gives wall-clock text of the store's times. */
export function carriedFinding(finding: Finding, time: (ns: number) => Time): CarriedFinding {
  const { id, rule, severity, until, culprits, says, evidence, cause, advice, confidence, because, reference } =
    finding;
  return {
    kind: 'finding',
    id,
    rule,
    severity,
    time: time(finding.time),
    until: until === null ? null : time(until),
    culprits,
    says,
    evidence: evidence.map((piece) => piece.says),
    cause,
    advice,
    confidence,
    because,
    reference,
  };
}
