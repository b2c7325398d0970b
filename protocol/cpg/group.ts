// The group header in front of every message that totempg carries: which groups it is for. Reading and writing.
// What follows it is the service message: service-message.ts.
import { asciiBytes, asciiText, concatBytes } from '../base/bytes.ts';
import { fail, ok, type Result } from '../base/result.ts';
import { array, count, decode, encode, struct, u16, type FieldSpan, type LayoutProblem } from '../wire/layout.ts';

/** Groups that one message may name. Corosync names one; more than this is no group header. */
export const MESSAGE_GROUPS_MAX = 32;

/** Count and lengths; the names follow, concatenated (specs/totem.md 5.2). */
export const GroupHeader = struct('totempg_groups', {
  groupCount: count('u16', 'groupLen', MESSAGE_GROUPS_MAX, 'number of groups that the message is for'),
  groupLen: array(u16('octets of this name'), 'groupCount', 'octets of each name'),
});

export interface Groups {
  /** At least one; octets outside printable ASCII as `\xNN`. */
  readonly names: readonly string[];
  /** Where each name lies, in octets from the start of the view. */
  readonly spans: readonly { readonly at: number; readonly length: number }[];
  /** Offset after the names: where the service message starts. */
  readonly end: number;
}

export type GroupProblem = LayoutProblem | { readonly kind: 'no-groups'; readonly at: number };

/** Reads the group header of the message view[at, end). Never throws on any bytes. */
export function readGroups(
  view: DataView,
  at: number,
  end: number,
  littleEndian: boolean,
): Result<Groups, GroupProblem> {
  const decoded = decode(GroupHeader, view, at, end, littleEndian);
  if (!decoded.ok) return decoded;
  const limit = Math.min(end, view.byteLength);
  const names: string[] = [];
  const spans: { at: number; length: number }[] = [];
  let next = decoded.value.end;
  for (const length of decoded.value.value.groupLen) {
    if (next + length > limit)
      return fail({
        kind: 'truncated',
        field: `group_name[${names.length}]`,
        at: next,
        need: length,
        have: Math.max(0, limit - next),
      });
    names.push(asciiText(new Uint8Array(view.buffer, view.byteOffset + next, length)));
    spans.push({ at: next, length });
    next += length;
  }
  if (names.length === 0) return fail({ kind: 'no-groups', at });
  return ok({ names, spans, end: next });
}

/** The octets of a group header for these ASCII names; the inverse of readGroups. */
export function encodeGroups(names: readonly string[], littleEndian: boolean): Uint8Array {
  const octets = names.map(asciiBytes);
  const groupLen = octets.map((name) => name.length);
  return concatBytes([encode(GroupHeader, { groupCount: groupLen.length, groupLen }, littleEndian), ...octets]);
}

/** The spans of the names, behind those that walkFields(GroupHeader) gives. */
export function walkGroupNames(groups: Groups): readonly FieldSpan[] {
  return groups.spans.map(({ at, length }, i) => ({
    path: `group_name[${i}]`,
    offset: at,
    length,
    text: groups.names[i] ?? '',
    ctype: `char[${length}]`,
    doc: 'name of the group: a for the services, sync and syncv2 for synchronisation',
  }));
}
