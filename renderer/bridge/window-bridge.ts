// What the window needs of its surroundings, be they Electron or a plain browser.
import type { Bridge, StreamId } from '../../app/ipc/contract.ts';

export interface WindowBridge extends Bridge {
  openStream(stream: StreamId): Promise<MessagePort>;
  /** A path that session.open takes for a file that was dropped or chosen in the page. */
  pathOf(file: File): string;
}
