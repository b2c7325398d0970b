// The four members of a message port that the program uses, so that this folder needs neither DOM nor Node. And the
// names under which the preload hands ports over.

export interface PortLike {
  postMessage(message: unknown): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  start(): void;
  close(): void;
}

/** Channel of calls, of events, and of ports, between preload and main. */
export const CALL_CHANNEL = 'lab.call';
export const EVENT_CHANNEL = 'lab.event';
export const PORT_CHANNEL = 'lab.port';
