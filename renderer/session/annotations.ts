// The annotations of the shown capture: what a person does to them, undone and done again, each step saved at once
// beside the capture. The operations themselves are in app/annotations.
import { create } from 'zustand';
import { nsOf, type Annotation, type Place } from '../../app/annotations/annotation.ts';
import { annotationsText, readAnnotations } from '../../app/annotations/file.ts';
import { done, redone, startHistory, undone, type History } from '../../app/annotations/history.ts';
import {
  changedAnnotation,
  nextId,
  withAnnotation,
  withoutAnnotation,
  type Annotations,
} from '../../app/annotations/list.ts';
import { timeText, wallClock } from '../../app/store/times.ts';
import { bridge } from '../bridge/bridge.ts';
import { packets, timeOfRow } from '../state/capture.ts';
import { useSession } from '../state/session-store.ts';
import { useView } from '../state/view-store.ts';

export interface AnnotationsState {
  /** The capture whose annotations these are; null for none, and for one that has no place of its own. */
  readonly path: string | null;
  /** They came from the capture's file, or none were there: only then is it written. */
  readonly isLoaded: boolean;
  readonly history: History;
  /** The annotation that is being changed; null for a new one. */
  readonly edited: string | null;
}

const NOTHING: AnnotationsState = { path: null, isLoaded: false, history: startHistory([]), edited: null };

export const useAnnotations = create<AnnotationsState>(() => NOTHING);

export const annotationsNow = (): Annotations => useAnnotations.getState().history.now;

/** Another capture is shown, or none. */
export function forgetAnnotations(): void {
  useAnnotations.setState(NOTHING);
}

/** Shows what lies beside the capture; `carried` is in it where nothing lies there. */
export async function loadAnnotations(path: string | null, carried: Annotations): Promise<void> {
  if (path === null) {
    useAnnotations.setState({ ...NOTHING, history: startHistory(carried) });
    return;
  }
  const loaded = await bridge.call('annotations.load', path);
  if (useSession.getState().source?.path !== path) return;
  if (!loaded.ok) {
    // A capture that the page holds has no folder: its annotations last as long as the window.
    useAnnotations.setState({ ...NOTHING, history: startHistory(carried) });
    return;
  }
  if (loaded.value === null) {
    useAnnotations.setState({ ...NOTHING, path, isLoaded: true, history: startHistory(carried) });
    return;
  }
  const read = readAnnotations(loaded.value);
  if (read.ok)
    useAnnotations.setState({ ...NOTHING, path, isLoaded: true, history: startHistory(read.value.annotations) });
  else useSession.setState({ notice: `The annotations beside this capture cannot be read: ${read.problem}.` });
}

let saving: Promise<void> = Promise.resolve();

/** Saves what there is now; saves of the same capture follow each other. */
function save(): void {
  const { path, isLoaded, history } = useAnnotations.getState();
  if (path === null || !isLoaded) return;
  const text = annotationsText(history.now);
  saving = saving.then(async () => {
    const problem = await bridge.call('annotations.save', path, text);
    if (problem !== null) useSession.setState({ notice: `The annotations are not saved: ${problem}.` });
  });
}

function become(history: History): void {
  if (history === useAnnotations.getState().history) return;
  useAnnotations.setState({ history });
  save();
}

const change = (next: Annotations): void => become(done(useAnnotations.getState().history, next));

export function undo(): void {
  become(undone(useAnnotations.getState().history));
}
export function redo(): void {
  become(redone(useAnnotations.getState().history));
}
export const canUndo = (): boolean => useAnnotations.getState().history.past.length > 0;
export const canRedo = (): boolean => useAnnotations.getState().history.future.length > 0;

export function addAnnotation(annotation: Omit<Annotation, 'id'>): void {
  const list = annotationsNow();
  change(withAnnotation(list, { ...annotation, id: nextId(list) }));
}
export function changeAnnotation(id: string, changed: Partial<Omit<Annotation, 'id'>>): void {
  change(changedAnnotation(annotationsNow(), id, changed));
}
export function removeAnnotation(id: string): void {
  change(withoutAnnotation(annotationsNow(), id));
}

/** Opens the form: for a new annotation, or to change one. */
export function editAnnotation(id: string | null): void {
  useAnnotations.setState({ edited: id });
  useView.setState({ overlay: 'annotate' });
}

/** Wall-clock text of a time of the store. */
const timeOf = (ns: number): string => timeText(wallClock(packets().epochNs, ns));

/** What a person may mean now, the likeliest first: the marked stretch, the chosen finding, packet, node. */
export function placesNow(): readonly Place[] {
  const { marked, finding, row, node } = useView.getState();
  const places: Place[] = [];
  if (marked !== null) places.push({ kind: 'span', from: timeOf(marked.from), to: timeOf(marked.to) });
  if (finding !== null) places.push({ kind: 'finding', finding });
  if (row !== null) places.push({ kind: 'packet', frame: row + 1 });
  if (node !== null) places.push({ kind: 'node', nodeid: node });
  return places;
}

/** A time of an annotation on the store's axis. */
export const storeTime = (time: string): number => Number(nsOf(time) - packets().epochNs);

/** The times of what an annotation is on; null for a node, which has a lane and no time of its own. */
export function timesOfAnnotation({ on }: Annotation): { readonly from: number; readonly to: number } | null {
  if (on.kind === 'span') return { from: storeTime(on.from), to: storeTime(on.to) };
  if (on.kind === 'packet') return { from: timeOfRow(on.frame - 1), to: timeOfRow(on.frame - 1) };
  const findings = on.kind === 'finding' ? useSession.getState().analysis?.findings : undefined;
  const finding = findings?.find(({ id }) => on.kind === 'finding' && id === on.finding);
  return finding === undefined ? null : { from: finding.time, to: finding.time };
}

/** Annotations on packets, by frame. */
export function annotationsByFrame(list: Annotations): ReadonlyMap<number, Annotations> {
  const byFrame = new Map<number, Annotation[]>();
  for (const own of list) {
    if (own.on.kind !== 'packet') continue;
    const known = byFrame.get(own.on.frame);
    if (known === undefined) byFrame.set(own.on.frame, [own]);
    else known.push(own);
  }
  return byFrame;
}
