// What was told of the lab before: panels follow the chosen moment into the past, and counters have a history. Samples
// are stamped with the end of the capture as it was when they came, which is the lab's own clock, virtual or not.
import type { LabNodeView, LabObjects, LabSnapshot } from '../../app/lab/lab-view.ts';
import { packets, wholeSpan } from '../state/capture.ts';
import { createPaced } from '../state/turns/paced-store.ts';
import { useFollow } from '../state/following.ts';
import { useView } from '../state/view-store.ts';
import { useLab } from './lab-store.ts';

export interface LabSample {
  /** Nanoseconds since the epoch of the capture's store. */
  readonly time: number;
  /** Tells one lab from another. */
  readonly lab: string;
  readonly nodes: readonly LabNodeView[];
  readonly objects: LabObjects | null;
}

/** Samples kept; with one every half second, ten minutes. */
export const LAB_SAMPLES_MAX = 1200;
/** Pictures of the stores kept: they are large. Older samples share the next one. */
const STORES_KEPT_MAX = 60;
/** Nanoseconds between samples, at least. */
const SAMPLE_APART = 0.5e9;
/** Nanoseconds behind the newest sample within which the moment counts as now. */
const NOW = 1.5e9;

export const useLabHistory = createPaced<{ readonly samples: readonly LabSample[] }>(() => ({ samples: [] }));

const SUM_MAX = 2 ** 48;

const signatures = new WeakMap<LabObjects, string>();

/** Tells pictures of the stores apart without comparing them: counts, and sums over all objects. */
function signatureOf(picture: LabObjects): string {
  const known = signatures.get(picture);
  if (known !== undefined) return known;
  const { copies, epochs, vdis, stores } = picture;
  const sums = stores.map(({ node, usedOctets, objects }) => {
    let sum = 0;
    for (const { oid, octets, epoch } of objects) {
      const [high, low] = [parseInt(oid.slice(0, 8), 16), parseInt(oid.slice(8), 16)];
      sum = (sum + high * 17 + low * 31 + epoch * 7919 + octets) % SUM_MAX;
    }
    return `${node} ${objects.length} ${usedOctets} ${sum}`;
  });
  const signature = `${copies} ${epochs.length} ${vdis.length} ${sums.join()}`;
  signatures.set(picture, signature);
  return signature;
}

const isSameStore = (a: LabObjects | null, b: LabObjects | null): boolean =>
  a === b || (a !== null && b !== null && signatureOf(a) === signatureOf(b));

function forgetOldStores(samples: readonly LabSample[]): readonly LabSample[] {
  const kept = new Set<LabObjects>();
  for (const { objects } of samples) if (objects !== null) kept.add(objects);
  if (kept.size <= STORES_KEPT_MAX) return samples;
  const [oldest] = kept;
  const next = [...kept][1] ?? null;
  return samples.map((sample) => (sample.objects === oldest ? { ...sample, objects: next } : sample));
}

/** Tells labs apart: each one of processes has folders of its own. */
const labOf = ({ options, nodes }: LabSnapshot): string => `${JSON.stringify(options)} ${nodes[0]?.directory ?? ''}`;

/** The samples with what is told now. Another lab begins anew; one that has gone back in its time forgets what was. */
export function withSample(samples: readonly LabSample[], snapshot: LabSnapshot, time: number): readonly LabSample[] {
  const lab = labOf(snapshot);
  const before = samples.at(-1)?.lab === lab ? samples.filter((sample) => sample.time <= time) : [];
  const last = before.at(-1);
  const { nodes, objects } = snapshot;
  const shared = last !== undefined && isSameStore(last.objects, objects) ? last.objects : objects;
  const own = { time, lab, nodes, objects: shared };
  // The newest is always kept; it takes the place of one that is too near to the one before.
  const third = before.at(-2);
  const isNear = last !== undefined && third !== undefined && last.time - third.time < SAMPLE_APART;
  const kept = isNear ? before.slice(0, -1) : before;
  return forgetOldStores([...kept.slice(1 - LAB_SAMPLES_MAX), own]);
}

/** The last sample at a time or before it; null where the lab was not yet told of. */
export function sampleAt(samples: readonly LabSample[], time: number): LabSample | null {
  let low = 0;
  let high = samples.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((samples[middle]?.time ?? 0) <= time) low = middle + 1;
    else high = middle;
  }
  return samples[low - 1] ?? null;
}

export interface LabAt {
  readonly snapshot: LabSnapshot;
  readonly nodes: readonly LabNodeView[];
  readonly objects: LabObjects | null;
  /** When it was told, nanoseconds since the epoch of the capture's store. */
  readonly time: number;
  /** Nanoseconds before the newest sample; 0: now. */
  readonly ago: number;
}

/** The lab at the chosen moment: as it is now unless the person looks at the past. Null without a lab. */
export function labAt(snapshot: LabSnapshot | null, samples: readonly LabSample[], time: number | null): LabAt | null {
  if (snapshot === null) return null;
  const newest = samples.at(-1);
  const told = newest?.time ?? time ?? 0;
  // The picture that is known already, where it shows the same: nothing is to be computed anew from it.
  const known = newest?.objects ?? null;
  const objects = isSameStore(known, snapshot.objects) ? known : snapshot.objects;
  const now = { snapshot, nodes: snapshot.nodes, objects, time: told, ago: 0 };
  if (time === null || newest === undefined || time > newest.time - NOW) return now;
  const sample = sampleAt(samples, time);
  if (sample === null) return { ...now, nodes: [], objects: null, time, ago: newest.time - time };
  return { snapshot, nodes: sample.nodes, objects: sample.objects, time: sample.time, ago: newest.time - time };
}

interface Question {
  readonly snapshot: LabSnapshot | null;
  readonly samples: readonly LabSample[];
  readonly time: number | null;
}
let last: { readonly question: Question; readonly at: LabAt | null } | null = null;

function answer(question: Question): LabAt | null {
  const { snapshot, samples, time } = question;
  const known = last?.question;
  if (last === null || known?.snapshot !== snapshot || known.samples !== samples || known.time !== time)
    last = { question, at: labAt(snapshot, samples, time) };
  return last.at;
}

/** Who follows what comes sees the lab as it is now, also where the window is behind: its buttons stay. */
export function shownTime(time: number | null, isGlued: boolean): number | null {
  return isGlued ? null : time;
}

/** The same for panels, found once, whichever of them asks. */
export function useLabAt(): LabAt | null {
  const snapshot = useLab((state) => state.snapshot);
  const samples = useLabHistory((state) => state.samples);
  const time = useView((state) => state.time);
  const isGlued = useFollow((state) => state.isGlued);
  return answer({ snapshot, samples, time: shownTime(time, isGlued) });
}

/** The end of the capture; a virtual lab says itself when that was: its capture may be of another future yet. */
function timeOf({ virtual }: LabSnapshot): number {
  const { length, epochNs } = packets();
  if (virtual === undefined || length === 0) return wholeSpan().to;
  return Number(virtual.beganNs + BigInt(Math.round(virtual.nowMicros)) * 1000n - epochNs);
}

useLab.subscribe(({ snapshot }, before) => {
  if (snapshot === before.snapshot) return;
  if (snapshot === null) useLabHistory.setState({ samples: [] });
  else useLabHistory.setState(({ samples }) => ({ samples: withSample(samples, snapshot, timeOf(snapshot)) }));
});
