// What is said of packets that have left the window: the capture's file has them. Words only.

const HOW = 'in the capture’s file and no longer in the window: keep the capture and open the file.';

/** Of a moment that somebody wants to see. */
export const FORGOTTEN_MOMENT = `What was then is ${HOW}`;

/** Of a packet that somebody wants to see. */
export function forgottenText(row: number): string {
  const frame = (row + 1).toLocaleString('en');
  return `Packet ${frame} is ${HOW}`;
}
