// What a command said, as a terminal may show it: nothing in it is an order to the terminal. Pure.

/** Letters of one command's output that are shown. */
const OUTPUT_MAX = 200_000;

export function terminalText(text: string): string {
  const isCut = text.length > OUTPUT_MAX;
  const cut = isCut ? `${text.slice(0, OUTPUT_MAX)}\n… ${text.length - OUTPUT_MAX} more letters\n` : text;
  // oxlint-disable-next-line no-control-regex -- control characters are what must not pass
  return cut.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '�').replaceAll('\n', '\r\n');
}
