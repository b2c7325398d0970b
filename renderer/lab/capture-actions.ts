// What a person can do with a live capture of an interface: start, stop, keep it. A lab's capture is kept likewise.
import type { CaptureChoice, CaptureNews } from '../../app/ipc/contract.ts';
import { bridge } from '../bridge/bridge.ts';
import { openLive, shownStream } from '../state/actions.ts';
import { useSession } from '../state/session-store.ts';
import { labActions } from './lab-actions.ts';

/** Takes over how the capture goes on; news of one that is no longer shown is dropped. */
export function takeNews(news: CaptureNews): void {
  if (news.stream !== shownStream()) return;
  const before = useSession.getState().news?.problem ?? null;
  // What is wrong is said until it is mended, or the person has read it.
  useSession.setState(news.problem === before ? { news } : { news, notice: news.problem });
}

/** Resolves once packets can come; else with the reason in a sentence. */
export function startCapture(choice: CaptureChoice): Promise<string | null> {
  return openLive(() => bridge.call('capture.start', choice));
}

/** Goes on with a file that another program still writes. */
export async function followCapture(): Promise<void> {
  const path = await bridge.call('session.choose');
  if (path !== null) await openLive(() => bridge.call('session.follow', path));
}

/** Ends what goes on: the capture, or the lab. What was captured stays. */
export async function stopSource(): Promise<void> {
  const stream = shownStream();
  const live = useSession.getState().source?.live ?? null;
  if (stream === null || live === null) return;
  if (live.kind === 'lab') await labActions.end();
  else await bridge.call('capture.stop', stream);
}

/** Copies what was captured to where the person says. */
export async function keepCapture(): Promise<void> {
  const stream = shownStream();
  if (stream === null) return;
  const kept = await bridge.call('capture.save', stream);
  if (!kept.ok) useSession.setState({ notice: kept.problem.says });
  else if (kept.value !== null) useSession.setState({ notice: `Kept as ${kept.value}` });
}
