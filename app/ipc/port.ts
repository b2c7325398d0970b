// The four members of a message port that the program uses, so that this folder needs neither DOM nor Node. And the
// names under which the preload hands ports over.

export interface PortLike {
  postMessage(message: unknown): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  start(): void;
  close(): void;
}

/** Channels of calls, of events, and of ports, between preload and main. */
export const CALL_CHANNEL = 'lab.call';
export const EVENT_CHANNEL = 'lab.event';
export const PORT_CHANNEL = 'lab.port';
/** Path of a file that a person dropped on the page, from the preload alone: from then on the page may open it. */
export const DROPPED_CHANNEL = 'lab.dropped';
