// Helpers over byte arrays: hex, plain text, comparison, concatenation. Knows no protocol.

const HEX = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, '0'));

export function toHex(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += HEX[byte];
  return text;
}

/** Bytes of a hex text; spaces are ignored. Returns null where the text is not hex. */
export function fromHex(text: string): Uint8Array | null {
  const clean = text.replace(/\s+/g, '');
  if (clean.length % 2 !== 0 || /[^0-9a-fA-F]/.test(clean)) return null;
  const bytes = new Uint8Array(clean.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = parseInt(clean.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

/** Text up to the first NUL; octets outside printable ASCII become `\xNN`, so that hostile text stays visible. */
export function asciiText(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) {
    if (byte === 0) break;
    text += byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\x${HEX[byte]}`;
  }
  return text;
}

export function asciiBytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i) & 0x7f;
  return bytes;
}

export function bytesEqual(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  if (a.buffer === b.buffer && a.byteOffset === b.byteOffset) return true;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

export function concatBytes(parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** A view of the bytes at hand, made anew for others alone: portions hold many records, a view costs more than one. */
export class LastView {
  private bytes: Uint8Array = new Uint8Array();
  private view = viewOf(this.bytes);

  of(bytes: Uint8Array): DataView {
    if (bytes !== this.bytes) {
      this.bytes = bytes;
      this.view = viewOf(bytes);
    }
    return this.view;
  }
}

/** Octets of a text in UTF-8. */
export function utf8Bytes(text: string): Uint8Array {
  const octets: number[] = [];
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x80) octets.push(code);
    else if (code < 0x800) octets.push(0xc0 | (code >> 6), 0x80 | (code & 63));
    else if (code < 0x1_0000) octets.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
    else octets.push(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 63), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
  }
  return Uint8Array.from(octets);
}

/** Octets that UTF-8 wants behind a first octet, 0 where it is none; and the bits of the character in it. */
function leadOf(octet: number): readonly [following: number, bits: number] {
  if (octet >= 0xc2 && octet < 0xe0) return [1, octet & 31];
  if (octet >= 0xe0 && octet < 0xf0) return [2, octet & 15];
  if (octet >= 0xf0 && octet < 0xf5) return [3, octet & 7];
  return [0, octet];
}

/** Text of UTF-8 octets up to the first NUL; octets that are no UTF-8 become U+FFFD. */
export function utf8Text(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i++) {
    const octet = bytes[i]!;
    if (octet === 0) break;
    const [following, bits] = leadOf(octet);
    const rest = bytes.subarray(i + 1, i + 1 + following);
    const isWhole = rest.length === following && rest.every((next) => (next & 0xc0) === 0x80);
    if (octet >= 0x80 && (following === 0 || !isWhole)) text += '\ufffd';
    else {
      const code = rest.reduce((sum, next) => (sum << 6) | (next & 63), bits);
      text += code > 0x10_ffff ? '\ufffd' : String.fromCodePoint(code);
      i += following;
    }
  }
  return text;
}
