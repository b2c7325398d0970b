// Names of closed process groups: octets on the wire, one character per octet in the program, so that every name can be
// told apart and sent back. For people they are shown through asciiText.
import type { CpgName } from './messages.ts';

/** CPG_MAX_NAME_LENGTH of Corosync. */
export const GROUP_NAME_OCTETS_MAX = 128;

/** The octets of a name, or null where it is empty, too long or holds more than octets. */
export function groupNameOctets(name: string): Uint8Array | null {
  if (name.length === 0 || name.length > GROUP_NAME_OCTETS_MAX) return null;
  const octets = new Uint8Array(name.length);
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i);
    if (code > 0xff) return null;
    octets[i] = code;
  }
  return octets;
}

/** The name of these octets; the inverse of groupNameOctets. */
export function groupNameOf(octets: Uint8Array): string {
  let name = '';
  for (const octet of octets) name += String.fromCharCode(octet);
  return name;
}

/** The name in a field of a message, or null where its length is no name's. */
export function groupNameIn({ length, value }: CpgName): string | null {
  return length === 0 || length > GROUP_NAME_OCTETS_MAX ? null : groupNameOf(value.subarray(0, length));
}
