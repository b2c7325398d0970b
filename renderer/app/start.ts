// What a window does first: greets the main process, opens what it was made for, reports what it shows if it was
// started to prove that it draws.
import { bridge } from '../bridge/bridge.ts';
import { worstFinding } from '../../app/analysis/report/worst-finding.ts';
import type { Analysis, Finding } from '../../app/analysis/result.ts';
import { applyTheme, openCapture, packets, timeOfRow } from '../state/actions.ts';
import { useAnnotations, type AnnotationsState } from '../session/annotations.ts';
import { isVisible, showPane } from '../workbench/pane-actions.ts';
import { startWithKeys } from '../session/keyring.ts';
import { useSession, type SessionState } from '../state/session-store.ts';
import { changeSettings, flushSettings, loadSettings, useSettings } from '../state/settings-store.ts';
import { watchSystemTheme } from '../theme/theme.ts';
import { clockText } from '../panels/times.ts';
import { useView } from '../state/view-store.ts';

const count = (number: number, one: string): string => `${number} ${number === 1 ? one : `${one}s`}`;

/** Findings that one line names. */
const NAMED_MAX = 3;

/** The gravest findings, each with its moment: "node dead at 2.956 s (…), token loss at 3.776 s (…)". */
function graveText(findings: readonly Finding[]): string {
  const verdict = worstFinding(findings);
  if (verdict === null || verdict.severity === 'info') return 'no failure';
  const first = packets().length === 0 ? 0 : timeOfRow(0);
  const grave = findings.filter(({ severity }) => severity === verdict.severity).sort((a, b) => a.time - b.time);
  const named = grave.slice(0, NAMED_MAX).map(({ rule, time }) => {
    const seconds = `${((time - first) / 1e9).toFixed(3)} s (${clockText(packets().epochNs, time)})`;
    return `${rule.replaceAll('-', ' ')} at ${seconds}`;
  });
  const more = grave.length - named.length;
  return [...named, ...(more > 0 ? [`${more} more`] : [])].join(', ');
}

function conclusions({ packets: counts, rings, nodes, findings }: Analysis): string {
  const seen = [count(counts.relevant, 'Totem packet'), count(rings.length, 'ring'), count(nodes.length, 'node')];
  return `${seen.join(', ')}, ${graveText(findings)}`;
}

/** One line on what the window shows; null while it is not there yet. */
function report({
  phase,
  source,
  analysis,
  damage,
  problem,
  opened,
}: SessionState): { readonly isDrawn: boolean; readonly says: string } | null {
  if (phase === 'failed') return { isDrawn: false, says: problem ?? 'the capture cannot be opened' };
  if (phase !== 'done' || analysis === null || source === null) return null;
  if (packets().length > 0 && opened === null) return null;
  const said = `${source.name}: ${count(packets().frames, 'frame')}, ${conclusions(analysis)}`;
  return { isDrawn: true, says: damage === null ? said : `${said}; ${damage}` };
}

/** True once every panel of the capture has something on it. */
function arePanelsDrawn(): boolean {
  const isTableDrawn = document.querySelector('.packet') !== null || packets().length === 0;
  const isDetailDrawn = document.querySelector('.detail-line') !== null || packets().length === 0;
  const canvas = document.querySelector<HTMLCanvasElement>('.timeline canvas');
  return isTableDrawn && isDetailDrawn && canvas !== null && canvas.width > 0;
}

function afterFrames(frames: number, then: () => void): void {
  requestAnimationFrame(() => (frames <= 1 ? then() : afterFrames(frames - 1, then)));
}

function reportWhenDrawn(): void {
  const said = report(useSession.getState());
  if (said === null || (said.isDrawn && !arePanelsDrawn())) {
    setTimeout(reportWhenDrawn, 50);
    return;
  }
  afterFrames(3, () => void bridge.call('smoke.report', said));
}

/** The first annotations of a capture bring their list along. */
function showFirstNotes({ history }: AnnotationsState, before: AnnotationsState): void {
  const isFirst = before.history.now.length === 0 && history.now.length > 0;
  if (isFirst && !isVisible('annotations')) showPane('annotations', true);
}

/** Says hello, draws the window as the person likes it, opens what it was made for. */
export async function start(draw: () => void): Promise<void> {
  const { open, keys, recent, samples, settings, isSmoke, version } = await bridge.call('window.hello');
  document.documentElement.dataset['version'] = version;
  loadSettings(settings);
  useSession.setState({ recent });
  useView.setState({ samples });
  applyTheme();
  watchSystemTheme(applyTheme);
  useSettings.subscribe(applyTheme);
  addEventListener('pagehide', flushSettings);
  useAnnotations.subscribe(showFirstNotes);
  startWithKeys(keys);
  draw();
  const [sample] = samples;
  const isFirstStart = !settings.hasStarted && open === null && !isSmoke;
  if (!settings.hasStarted && !isSmoke) changeSettings({ hasStarted: true });
  if (open !== null) await openCapture(open);
  else if (isFirstStart && sample !== undefined) await openCapture(sample.path, true);
  if (!isSmoke) return;
  if (open !== null) reportWhenDrawn();
  else
    afterFrames(
      3,
      () =>
        void bridge.call('smoke.report', {
          isDrawn: true,
          says: `Totem Lab ${version}: no capture given, the window says how to open one`,
        }),
    );
}
