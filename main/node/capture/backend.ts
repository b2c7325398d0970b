// What a way to capture is given and gives. Types only.
import type { CaptureClock, CaptureRequest, CaptureTrouble } from '../../../app/session/live-capture.ts';
import type { PacketOutput } from './packet-output.ts';

export interface BackendHooks {
  readonly output: PacketOutput;
  /** Packets come from now on. */
  readonly started: (clock: CaptureClock) => void;
  /** Called once, when no packet comes any more. */
  readonly ended: (trouble: CaptureTrouble | null) => void;
}

export interface RunningBackend {
  /** Ends it; `ended` follows. */
  stop(): void;
}

export type StartBackend = (request: CaptureRequest, hooks: BackendHooks) => RunningBackend;
