// Who hears Ctrl-C: a command that has something to end first takes it over from the program as a whole.

/**
 * Has `listen` add its listener for SIGINT, and only then takes the earlier ones off: while nobody listens, and be it
 * for a moment, the signal ends the process at once, and what it began is left behind.
 */
export function takeOverInterrupts(listen: () => void): void {
  const before = process.rawListeners('SIGINT');
  listen();
  for (const listener of before) process.off('SIGINT', listener as NodeJS.SignalsListener);
}
