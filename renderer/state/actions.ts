// What a person can do with a capture, by name: open and close it, select in it, look at a part of it. Panels call
// these, never the worker or the bridge. Keys are in keyring.ts, filters in query.ts.
import { worstFinding } from '../../app/analysis/report/worst-finding.ts';
import { bridge } from '../bridge/bridge.ts';
import type { Annotations } from '../../app/annotations/list.ts';
import type { Finding, RingHistory } from '../../app/analysis/result.ts';
import { positionIn } from '../../app/store/row-list.ts';
import type { OpenedSource, OpenProblem } from '../../app/ipc/contract.ts';
import type { ThemeChoice } from '../../app/settings/settings.ts';
import type { Result } from '../../protocol/base/result.ts';
import { prepareWorker, releaseWorker, type IngestListener } from '../ingest/ingest-client.ts';
import type { Conclusions } from '../ingest/messages.ts';
import { FORGOTTEN_MOMENT, forgottenText } from '../ingest/forgotten.ts';
import { fitted, growing, type Span } from '../canvas/time-scale.ts';
import { showTheme, systemTheme } from '../theme/theme.ts';
import { forgetAnnotations, loadAnnotations } from '../session/annotations.ts';
import { forgetLab } from '../lab/lab-store.ts';
import { forgetWitnesses } from '../session/witnesses.ts';
import { keyList, keysAtHand, startWithKeys } from '../session/keyring.ts';
import { forgetFacts, live, startLive, stopLive } from '../session/live.ts';
import { packets, showPackets, timeOfRow, wholeSpan } from './capture.ts';
import { rowBefore } from './moment.ts';
import { endFollowing, followNow, letGo, followView, stand, startFollowing, useFollow } from './following.ts';
import { updateSoon } from '../session/live-pace.ts';
import { createNodeDirectory, isDirectoryOf } from './node-directory.ts';
import { askAgain, forgetProgress } from '../session/query.ts';
import { EMPTY_SESSION, useSession, type OpenedRowView } from './session-store.ts';
import { changeSettings, fitPreset, useSettings } from './settings-store.ts';
import { currentScale } from './time/folding.ts';
import { turns } from './turns/turns.ts';
import { NOTHING_CHOSEN, useView, type FieldChoice, type Overlay } from './view-store.ts';

export { packets, timeOfRow, wholeSpan } from './capture.ts';

let stream: number | null = null;
/** Annotations that the capture itself carries. */
let carriedNotes: Annotations = [];
/** Reading it again, with other keys, changes no annotation. */
let areNotesShown = false;

const NS_PER_MS = 1e6;
/** Air on each side of what is chosen, as a share of its length. */
const FIT_AIR = 0.08;

function showFirstThing(): void {
  const { analysis } = useSession.getState();
  if (useView.getState().row !== null || packets().length === 0) return;
  const verdict = worstFinding(analysis?.findings ?? []);
  const [ring] = analysis?.rings ?? [];
  if (verdict !== null && verdict.severity !== 'info') selectFinding(verdict);
  else if (ring !== undefined) selectRing(ring);
  else selectRow(0);
}

/** Rows up to which every delta is shown at once. */
const GROWN_AT_ONCE_MAX = 20_000;
/** Milliseconds between two updates of the panels beyond that: the more there is to draw, the rarer. */
const grownInterval = (rows: number): number => Math.min(1000, 400 + rows / 2000);
let lastGrown = 0;

/** The stretch that the timeline was last given without being asked. */
let lastFollowed: Span | null = null;

/** Shows a growing capture whole, until the person looks at a part of it. */
function followGrowth(span: Span): void {
  const now = useView.getState().span;
  const isSame = now !== null && lastFollowed !== null && now.from === lastFollowed.from && now.to === lastFollowed.to;
  if (now !== null && !isSame) return;
  lastFollowed = span;
  useView.setState({ span });
}

/** Conclusions of a capture that goes on, until the panels are updated. */
let concluded: Conclusions | null = null;

function takeConcluded({ analysis, marks, losses, remembered, annotations }: Conclusions): void {
  const { nodes: known } = useSession.getState();
  const { addresses } = packets();
  const nodes = isDirectoryOf(known, analysis.nodes, addresses)
    ? known
    : createNodeDirectory(analysis.nodes, addresses);
  carriedNotes = annotations;
  useSession.setState({ analysis, nodes, marks, losses, remembered });
}

/** Shows what has come of a capture that goes on, packets and conclusions at once. */
function showLive(): void {
  if (useSession.getState().phase !== 'live') return;
  if (concluded !== null) takeConcluded(concluded);
  concluded = null;
  followNow();
  letGo();
  useSession.setState({ revision: packets().revision });
  askAgain(false);
}

/** Shows a packet that was opened: the last one of a capture that goes on like all else that it brings. */
function open(opened: OpenedRowView): void {
  const show = (): void => useSession.setState({ opened });
  if (useFollow.getState().isGlued) turns.inTurns(show);
  else show();
}

const listener: IngestListener = {
  grown(mirror, done, total) {
    const { phase } = useSession.getState();
    if (phase === 'live') return updateSoon(showLive);
    const now = performance.now();
    // Large captures grow fast: panels follow in steps, and the reading gets the processor.
    if (mirror.length > GROWN_AT_ONCE_MAX && now - lastGrown < grownInterval(mirror.length) && done < total) return;
    lastGrown = now;
    followGrowth(growing(wholeSpan()));
    useSession.setState({ revision: mirror.revision, done, total, phase: phase === 'opening' ? 'reading' : phase });
    askAgain(false);
  },
  reset(mirror) {
    concluded = null;
    showPackets(mirror);
    const { filter, highlight } = useSession.getState();
    useSession.setState({
      phase: useSession.getState().phase === 'live' ? 'live' : 'reading',
      revision: 0,
      damage: null,
      analysis: null,
      nodes: EMPTY_SESSION.nodes,
      opened: null,
      filter: { ...filter, rows: null, isRunning: false },
      highlight: { ...highlight, rows: null, isRunning: false },
    });
    forgetFacts();
    forgetProgress();
  },
  concluded(conclusions) {
    const { analysis, phase } = useSession.getState();
    if (phase !== 'live' || analysis === null) return takeConcluded(conclusions);
    concluded = conclusions;
    updateSoon(showLive);
  },
  told(message) {
    if (message.kind === 'dissected') open({ row: message.row, dissection: message.dissection, says: null });
    else if (message.kind === 'not-dissected') open({ row: message.row, dissection: null, says: message.says });
    else {
      const { how, says, damage } = message;
      conclude(how === 'cancelled', damage?.says ?? (says === null ? null : `the reading broke off: ${says}`));
    }
  },
};

/** The capture is read, or as much of it as there will be. */
function conclude(isCancelled: boolean, damage: string | null): void {
  if (concluded !== null) takeConcluded(concluded);
  concluded = null;
  endFollowing();
  if (packets().length === 0 && damage !== null) {
    const { recent } = useSession.getState();
    useSession.setState({ ...EMPTY_SESSION, recent, phase: 'failed', problem: damage });
    return;
  }
  followGrowth(fitted(wholeSpan()));
  // Late knowledge has changed rows: what was said of them, and which ones match, is asked again.
  forgetFacts();
  useSession.setState({ phase: isCancelled ? 'cancelled' : 'done', damage, revision: packets().revision });
  askAgain(true);
  showFirstThing();
  showNotes();
}

/** Annotations lie beside a capture on disk; those of a live one last as long as the window. */
function showNotes(): void {
  const { source } = useSession.getState();
  if (!areNotesShown) void loadAnnotations(source?.live === null ? source.path : null, carriedNotes);
  areNotesShown = true;
}

function endSession(): void {
  concluded = null;
  carriedNotes = [];
  areNotesShown = false;
  forgetAnnotations();
  forgetWitnesses();
  forgetLab();
  stopLive();
  endFollowing();
  forgetProgress();
  if (stream !== null) void bridge.call('session.close', stream);
  stream = null;
}

/** Opens a capture in this window; what was shown before goes. */
export async function openCapture(path: string, isFirstShow = false): Promise<void> {
  endSession();
  prepareWorker();
  const { recent } = useSession.getState();
  useSession.setState({ ...EMPTY_SESSION, recent, phase: 'opening', keys: keyList(), isFirstShow });
  useView.setState(NOTHING_CHOSEN);
  await show(await bridge.call('session.open', path));
}

/** Shows a capture that goes on, which `start` begins; what was shown before goes. Null, or why it could not begin. */
export async function openLive(start: () => Promise<Result<OpenedSource, OpenProblem>>): Promise<string | null> {
  endSession();
  prepareWorker();
  const { recent } = useSession.getState();
  useSession.setState({ ...EMPTY_SESSION, recent, phase: 'opening', keys: keyList() });
  useView.setState(NOTHING_CHOSEN);
  const opened = await start();
  await show(opened);
  return opened.ok ? null : opened.problem.says;
}

async function show(opened: Result<OpenedSource, OpenProblem>): Promise<void> {
  if (!opened.ok) {
    releaseWorker();
    useSession.setState({ phase: 'failed', problem: opened.problem.says });
    return;
  }
  const own = opened.value.stream;
  stream = own;
  const [port, recent] = await Promise.all([bridge.openStream(own), bridge.call('recent.list')]);
  if (own !== stream) return;
  const isGrowing = opened.value.live !== null;
  fitPreset(opened.value.live?.kind === 'lab');
  useSession.setState({
    source: opened.value,
    total: opened.value.byteLength,
    recent,
    ...(isGrowing ? { phase: 'live' } : {}),
  });
  if (isGrowing) {
    startFollowing();
    showNotes();
  }
  startLive(port, keysAtHand(), isGrowing, listener);
}

/** The stream that is shown; null for none. */
export const shownStream = (): number | null => stream;

export async function chooseCapture(): Promise<void> {
  const path = await bridge.call('session.choose');
  if (path !== null) await openCapture(path);
}

export async function closeCapture(): Promise<void> {
  endSession();
  releaseWorker();
  startWithKeys([]);
  // At once: what is opened meanwhile stays.
  useSession.setState({ ...EMPTY_SESSION, recent: useSession.getState().recent });
  useView.setState(NOTHING_CHOSEN);
  useSession.setState({ recent: await bridge.call('recent.list') });
}

export function cancelReading(): void {
  if (useSession.getState().phase === 'reading') live()?.cancel();
}

/** Selects a packet: its time becomes the moment that all panels show. */
export function selectRow(row: number): void {
  const mirror = packets();
  if (mirror.length === 0) return;
  stand();
  if (row >= 0 && row < mirror.firstRow) {
    useSession.setState({ notice: forgottenText(row) });
    return;
  }
  const chosen = Math.min(Math.max(mirror.firstRow, row), mirror.length - 1);
  useView.setState({ row: chosen, time: timeOfRow(chosen), field: null, finding: null });
  live()?.dissect(chosen);
  reveal(timeOfRow(chosen));
}

/** Selects the packet at a time, or the last before it, and shows that very moment. */
export function selectTime(time: number): void {
  const store = packets();
  if (store.firstRow > 0 && time < timeOfRow(store.firstRow)) {
    useSession.setState({ notice: FORGOTTEN_MOMENT });
    return;
  }
  const row = rowBefore(store, time);
  selectRow(Math.max(store.firstRow, row));
  if (row >= 0) useView.setState({ time });
}

/** Selects a packet that proves a finding, which stays the chosen one. */
export function selectEvidence(finding: string, frame: number): void {
  selectRow(frame - 1);
  useView.setState({ finding });
}

export function selectFinding({ id, time, evidence }: Finding): void {
  const frame = evidence.flatMap(({ frames }) => frames)[0];
  if (frame === undefined) selectTime(time);
  else selectRow(frame - 1);
  useView.setState({ finding: id });
}

/** Selects the moment from which all members of a ring are operational, or else its first sign. */
export function selectRing({ id, firstToken, committed }: RingHistory): void {
  const transitions = useSession.getState().analysis?.transitions ?? [];
  const installed = transitions.filter(({ ring, to }) => ring === id && to === 'operational').map(({ time }) => time);
  selectTime(installed.length === 0 ? (firstToken ?? committed ?? 0) : Math.max(...installed));
}

export function selectField(field: FieldChoice | null): void {
  useView.setState({ field });
}

/** Moves the timeline so that a time is in it. */
function reveal(time: number): void {
  const scale = currentScale();
  if (scale === null || (time >= scale.span.from && time <= scale.span.to)) return;
  showSpan(scale.moved(wholeSpan(), scale.x(time) - scale.width / 2));
}

export function showSpan(span: Span): void {
  followView(span);
  useView.setState({ span });
}

/** What is chosen, as a stretch of time: what was marked, a finding from cause to end, or some time round a moment. */
function chosenSpan(): Span | null {
  const { marked, finding: id, time } = useView.getState();
  if (marked !== null) return marked;
  const { analysis } = useSession.getState();
  const finding = analysis?.findings.find((candidate) => candidate.id === id);
  if (finding !== undefined) {
    const times = finding.evidence.flatMap(({ frames }) => frames.map((frame) => timeOfRow(frame - 1)));
    return { from: Math.min(finding.time, ...times), to: Math.max(finding.until ?? finding.time, ...times) };
  }
  const around = ((analysis?.rotation.idle.p50 ?? analysis?.rotation.active.p50 ?? 10) * NS_PER_MS * 3) / 2;
  return time === null ? null : { from: time - around, to: time + around };
}

/** Shows the whole capture; where that is shown already, what is chosen. */
export function fitTimeline(): void {
  const whole = fitted(wholeSpan());
  const { span } = useView.getState();
  const chosen = chosenSpan();
  const isWhole = span !== null && span.from === whole.from && span.to === whole.to;
  const air = chosen === null ? 0 : (chosen.to - chosen.from) * FIT_AIR;
  showSpan(!isWhole || chosen === null ? whole : { from: chosen.from - air, to: chosen.to + air });
}

/** Marks a stretch of time, whose figures are then shown; null for none. */
export function markSpan(marked: Span | null): void {
  useView.setState({ marked });
}

/** Folds idle stretches, or shows all time to scale. */
export function toggleFolding(): void {
  const { isFolding } = useView.getState();
  useView.setState({ isFolding: !isFolding, openedFolds: new Set() });
}

/** Shows one folded stretch to scale. */
export function openFold(from: number): void {
  useView.setState({ openedFolds: new Set([...useView.getState().openedFolds, from]) });
}

export function selectNode(node: number | null): void {
  useView.setState({ node });
}

/** Selects an object of the store by its id, 16 hex digits. */
export function selectObject(object: string | null): void {
  useView.setState({ object });
}

/** Selects the next packet that is highlighted, or else filtered; the previous one where `step` is -1. */
export function selectMatch(step: 1 | -1): void {
  const { highlight, filter } = useSession.getState();
  const rows = highlight.rows ?? filter.rows;
  if (rows === null || rows.length === 0) return;
  const now = useView.getState().row ?? -1;
  const at = positionIn(rows, step === 1 ? now : now - 1) + (step === 1 ? 1 : 0);
  // Past the last comes the first, as in any search.
  selectRow(rows[(at + rows.length) % rows.length] ?? 0);
}

/** Shows the chosen theme, or what the system prefers. */
export function applyTheme(): void {
  const { theme: choice } = useSettings.getState();
  const theme = choice === 'system' ? systemTheme() : choice;
  showTheme(theme);
  if (useView.getState().theme !== theme) useView.setState({ theme });
}

export function chooseTheme(theme: ThemeChoice): void {
  changeSettings({ theme });
  applyTheme();
}

export function showOverlay(overlay: Overlay | null, term: string | null = null): void {
  useView.setState({ overlay, term });
}
