// The contract between the window and the main process: every call and event by name. Types only; guards are in
// guards.ts.
import type { Result } from '../../protocol/base/result.ts';
import type { LabKind, LabOptions, LabReply, LabSnapshot } from '../lab/lab-view.ts';
import type { Settings } from '../settings/settings.ts';
import type {
  CaptureBackend,
  CaptureClock,
  CaptureInterfaces,
  InterfacePackets,
  LiveCounts,
} from '../session/live-capture.ts';
import type { PortLike } from './port.ts';

/** Names one opened capture while its window shows it. */
export type StreamId = number;

/** Why something could not be opened, in words for a person. */
export type LabPlace = 'here' | 'elsewhere';

export interface OpenProblem {
  readonly kind:
    'missing' | 'directory' | 'empty' | 'denied' | 'not-a-file' | 'unreadable' | 'too-large' | 'not-allowed';
  readonly says: string;
}

/** A capture that was found and can be streamed. */
export interface OpenedSource {
  readonly stream: StreamId;
  /** File name without its folder. */
  readonly name: string;
  readonly path: string;
  /** Octets on disk. */
  readonly byteLength: number;
  readonly isCompressed: boolean;
  /** Where it comes from while it is being captured; null for a file. */
  readonly live: LiveOrigin | null;
}

/** A capture that goes on: what it is of, and whose clock its times are. */
export type LiveOrigin =
  /** The taps of a lab's own nodes. */
  | { readonly kind: 'lab'; readonly lab: LabKind }
  /** A file that another program still writes. */
  | { readonly kind: 'file' }
  | {
      readonly kind: 'interface';
      readonly interface: string;
      readonly backend: CaptureBackend;
      readonly filter: string;
    };

/** What is captured, and how. */
export interface CaptureChoice {
  readonly interface: string;
  readonly backend: CaptureBackend;
  /** In libpcap's language. */
  readonly filter: string;
}

/** How a live capture of this window goes on. */
export interface CaptureNews {
  readonly stream: StreamId;
  readonly counts: LiveCounts;
  /** Null until the first packet can come. */
  readonly clock: CaptureClock | null;
  /** What is wrong, in a sentence with the remedy. */
  readonly problem: string | null;
  readonly hasEnded: boolean;
}

export interface RecentFile {
  readonly path: string;
  readonly name: string;
}

/** A capture that comes with the program. */
export interface Sample {
  readonly path: string;
  readonly title: string;
  /** What it shows, in a line. */
  readonly says: string;
}

/** A key, in memory only. */
export interface KeyFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** What a window learns when it starts. */
export interface Greeting {
  readonly version: string;
  /** Captures to open at once, as the command line or the menu said. */
  readonly open: string | null;
  readonly keys: readonly KeyFile[];
  readonly recent: readonly RecentFile[];
  readonly samples: readonly Sample[];
  readonly settings: Settings;
  /** True where the program was started to prove that it draws. */
  readonly isSmoke: boolean;
}

/** What a window may write for others. */
export type ExportKind = 'capture' | 'report' | 'table';

/** A file that was begun. */
export interface StartedExport {
  readonly id: number;
  /** File name without its folder. */
  readonly name: string;
  readonly path: string;
}

/** What a window shows, once its panels have drawn. */
export interface SmokeReport {
  readonly isDrawn: boolean;
  readonly says: string;
}

/** What the menu asks of the page, by the names that the page's own list of commands has. */
export const MENU_COMMANDS = [
  'start-lab',
  'stop-source',
  'keep',
  'go-live',
  'follow',
  'keys',
  'annotate',
  'undo',
  'redo',
  'export-capture',
  'export-report',
  'export-table',
  'close',
  'cancel',
  'palette',
  'go-to',
  'filter',
  'highlight',
  'next-match',
  'previous-match',
  'preset-teach',
  'preset-diagnose',
  'maximise',
  'reset-layout',
  'fit',
  'theme-system',
  'theme-light',
  'theme-dark',
  'theme-contrast',
  'glossary',
  'shortcuts',
] as const;
export type MenuCommand = (typeof MENU_COMMANDS)[number];

export interface Calls {
  'window.hello': () => Greeting;
  /** Shows the dialog; null where the person changed their mind. */
  'session.choose': () => string | null;
  /** Finds a capture and sends the port of its stream to this window. */
  'session.open': (path: string) => Result<OpenedSource, OpenProblem>;
  /** Opens a capture that another program still writes, and goes on with it. */
  'session.follow': (path: string) => Result<OpenedSource, OpenProblem>;
  'session.close': (stream: StreamId) => void;
  /** Opens a capture in a window of its own. */
  'window.open': (path: string) => void;
  /** Remembers a part of the settings. */
  'settings.change': (change: Partial<Settings>) => void;
  'keys.choose': () => Result<readonly KeyFile[], OpenProblem>;
  'recent.list': () => readonly RecentFile[];
  /** The text of the annotations of a capture; null where there are none. */
  'annotations.load': (path: string) => Result<string | null, OpenProblem>;
  /** Writes them beside it, whole; null, or why that was not possible. */
  'annotations.save': (path: string, text: string) => string | null;
  /** Asks where an export of this capture goes, and begins it; null where the person changed their mind. */
  'export.begin': (kind: ExportKind, source: string) => Result<StartedExport | null, OpenProblem>;
  /** The next octets; null, or why they could not be written: the export has ended then. */
  'export.write': (id: number, bytes: Uint8Array) => string | null;
  /** Puts the file in its place, or gives it up; null, or why that failed. */
  'export.end': (id: number, isWhole: boolean) => string | null;
  'smoke.report': (report: SmokeReport) => void;
  /** Starts a lab in this window, whose capture is the window's session from then on. */
  'lab.start': (options: LabOptions) => Result<OpenedSource, OpenProblem>;
  /** A line of the lab's prompt. */
  'lab.command': (line: string) => LabReply;
  /** Ends the lab; what it captured stays. */
  'lab.end': () => void;
  /** Which window has a lab of processes, of which there is one at a time; null: none. */
  'lab.running': () => LabPlace | null;
  /** Ends the lab of another window: a person was asked. What it captured stays there. */
  'lab.endOther': () => void;
  'capture.interfaces': () => CaptureInterfaces;
  /** Counts Totem's packets on every interface for this window, or no longer. */
  'capture.watch': (isWanted: boolean) => void;
  /** Starts a capture in this window. */
  'capture.start': (choice: CaptureChoice) => Result<OpenedSource, OpenProblem>;
  /** Ends a capture of this window; what it captured stays. */
  'capture.stop': (stream: StreamId) => void;
  /** Asks where to keep a live capture and copies it there, as far as it has come; null where the person changed
   * their mind. */
  'capture.save': (stream: StreamId) => Result<string | null, OpenProblem>;
  /** Asks where to keep a capture that the page holds, and writes it there. */
  'capture.write': (name: string, bytes: Uint8Array) => Result<string | null, OpenProblem>;
}

export interface Events {
  /** The menu, or the system, asks this window to open a capture. */
  'session.request': { readonly path: string };
  'menu.command': { readonly command: MenuCommand };
  /** Another window changed the settings. */
  'settings.changed': { readonly settings: Settings };
  /** The lab of this window has changed. */
  'lab.snapshot': { readonly snapshot: LabSnapshot };
  'capture.news': CaptureNews;
  'capture.seen': InterfacePackets;
}

export type CallName = keyof Calls;
export type EventName = keyof Events;
export const EVENT_NAMES: readonly EventName[] = [
  'session.request',
  'menu.command',
  'settings.changed',
  'lab.snapshot',
  'capture.news',
  'capture.seen',
];

/** The window's side. */
export interface Bridge {
  call<K extends CallName>(name: K, ...args: Parameters<Calls[K]>): Promise<ReturnType<Calls[K]>>;
  /** Returns the unsubscribe. */
  on<K extends EventName>(name: K, listener: (event: Events[K]) => void): () => void;
  /** The port of an opened stream: bytes never pass through call(). */
  openStream(stream: StreamId): Promise<PortLike>;
}

/** A call without a handler, or without a guard, does not compile. */
export type Handlers<Caller> = {
  readonly [K in CallName]: (caller: Caller, ...args: Parameters<Calls[K]>) => Promise<ReturnType<Calls[K]>>;
};
export type Guards = { readonly [K in CallName]: (args: readonly unknown[]) => args is Parameters<Calls[K]> };
