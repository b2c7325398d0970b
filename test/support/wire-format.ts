// The text of docs/wire-format.md, from the same declarations that decode and encode.
import { describeStruct, type FieldDoc } from '../../protocol/wire/layout.ts';
import { KnetData, KnetHeader, KnetPing, KnetPmtud } from '../../protocol/knet/packet.ts';
import {
  MembRingId12,
  MembRingId3,
  SrpAddr1,
  SrpAddr2,
  SrpAddr3,
  TotemIpAddress,
} from '../../protocol/totem/identity.ts';
import {
  CorosyncOneMessages,
  CorosyncThreeMessages,
  CorosyncTwoMessages,
  MessageHeader12,
  MessageHeader3,
  RingTest,
} from '../../protocol/totem/messages.ts';
import { TotempgMcast } from '../../protocol/totempg/packet.ts';

type AnyStruct = Parameters<typeof describeStruct>[0];

interface Described {
  readonly ctype: string;
  readonly fixedSize: number;
}

function table(fields: readonly FieldDoc[]): string {
  const rows = fields.map(({ name, offset, ctype, doc }) => `| ${offset ?? ''} | \`${name}\` | ${ctype} | ${doc} |`);
  return ['| at | field | type | meaning |', '|---|---|---|---|', ...rows].join('\n');
}

function section(layout: Described): string {
  const size = `${layout.fixedSize} octets${hasLists(layout) ? ' and its lists' : ''}`;
  return `### ${layout.ctype}, ${size}\n\n${table(describeStruct(layout as unknown as AnyStruct))}\n`;
}

function hasLists(layout: Described): boolean {
  return describeStruct(layout as unknown as AnyStruct).some(
    ({ ctype }) => ctype.endsWith(']') && /\[[a-z_]+\]$/.test(ctype),
  );
}

const GROUPS: readonly (readonly [title: string, layouts: readonly Described[]])[] = [
  ['Identities', [TotemIpAddress, SrpAddr1, SrpAddr2, SrpAddr3, MembRingId12, MembRingId3]],
  ['Headers', [MessageHeader12, MessageHeader3, RingTest]],
  ['Corosync 1', Object.values(CorosyncOneMessages)],
  ['Corosync 2', Object.values(CorosyncTwoMessages)],
  ['Corosync 3', Object.values(CorosyncThreeMessages)],
  ['totempg', [TotempgMcast]],
  ['knet', [KnetHeader, KnetData, KnetPing, KnetPmtud]],
];

/** The whole document. */
export function wireFormat(): string {
  const head = `# Wire format

Made from the declarations in \`protocol\`; \`npm run docs\` renews it. Offsets are octets from the start of the
structure. Numbers stand in the byte order of the sender unless said otherwise; nothing is padded. Fields of a list
that follows a count have no fixed offset.
`;
  const groups = GROUPS.map(([title, layouts]) => `## ${title}\n\n${layouts.map(section).join('\n')}`);
  return `${[head, ...groups].join('\n').trimEnd()}\n`;
}
