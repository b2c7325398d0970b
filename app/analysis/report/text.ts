// The analysis as text for a person: the verdict first, then who, which rings, what happened, how the token turned.
// At most 100 columns.
import { momentText, wallClock } from '../../store/times.ts';
import { GATHER_CAUSES } from '../../../protocol/sim/run/wording.ts';
import type { Analysis, Finding, SheepCluster, Spread, Transition } from '../result.ts';
import { worstFinding } from './worst-finding.ts';

const WIDTH = 100;
/** Lines of transitions; the JSON has them all. */
const TRANSITIONS_SHOWN_MAX = 60;
/** Nodes that do the same within this time of each other share a line. */
const TOGETHER_NS = 10e6;
const SHEEP_EVENTS_SHOWN_MAX = 20;
const FINDINGS_SHOWN_MAX = 40;

interface Words {
  /** A node's id with its address, as a person knows it. */
  node(nodeid: number): string;
  /** Its address where one is known. */
  address(nodeid: number): string;
  /** Seconds since the first packet. */
  time(ns: number): string;
}

/** Breaks a line at spaces; what follows the first line is indented by `hang`. */
function wrap(text: string, indent: string, hang = indent): string {
  const lines: string[] = [];
  const words = text.trimStart().split(' ');
  // Spaces in front belong to the first line.
  let line = ' '.repeat(Math.max(0, text.length - text.trimStart().length - 1));
  for (const word of words) {
    const before = lines.length === 0 ? indent : hang;
    if (line !== '' && before.length + line.length + word.length + 1 > WIDTH) {
      lines.push(before + line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  lines.push((lines.length === 0 ? indent : hang) + line);
  return lines.join('\n');
}

/** Columns of text, as wide as their widest entry, the last one ragged. */
function columns(rows: readonly (readonly string[])[]): readonly string[] {
  const widths: number[] = [];
  for (const row of rows) for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, cell.length);
  const pad = (cell: string, i: number, row: readonly string[]): string =>
    i === row.length - 1 ? cell : cell.padEnd(widths[i] ?? 0);
  return rows.map((row) => row.map(pad).join('  '));
}

const heading = (title: string): string => `\n${title}`;
const ms = (value: number | null): string =>
  value === null ? '–' : value >= 100 ? value.toFixed(0) : value >= 1 ? value.toFixed(2) : value.toFixed(3);

function verdict({ findings, rings, packets, delivery }: Analysis, words: Words): string {
  if (packets.relevant === 0)
    return 'There is no Totem in this capture: it goes over UDP, usually ports 5404 and 5405, between the nodes.';
  const worst = worstFinding(findings);
  if (worst === null || worst.severity === 'info') {
    const formed = rings.length === 1 ? 'One ring' : `${rings.length} rings`;
    const asked = delivery.retransmitRequests.filter(({ count }) => count > 0);
    if (asked.length === 0) return `Nothing wrong is seen. ${formed}, ${packets.relevant} packets.`;
    const whose = asked.map(({ nodeid, count }) => `node ${words.node(nodeid)} asked for ${count}`).join(', ');
    const again = `${delivery.duplicatesOnWire} were sent again`;
    return `No token was declared lost, but multicasts went missing: ${whose}; ${again}. ${formed}.`;
  }
  const others = findings.filter((finding) => finding !== worst && finding.severity !== 'info');
  const rules = [...new Set(others.map(({ rule }) => rule))];
  const more = others.length === 0 ? '' : ` (Also below: ${rules.join(', ')}.)`;
  return `At ${words.time(worst.time)} s: ${worst.says}${more}`;
}

/** A name that a capture gives, without what a terminal would obey. */
function plain(name: string): string {
  return Array.from(name, (char) => (char < ' ' || (char >= '\u007f' && char < '\u00a0') ? '\ufffd' : char)).join('');
}

function nodeLines({ nodes }: Analysis, words: Words): readonly string[] {
  const rows = nodes.map(({ nodeid, name, addresses, dialect, firstSeen, lastSeen }) => [
    String(nodeid),
    addresses.join(', '),
    dialect ?? '?',
    `seen ${words.time(firstSeen)} to ${words.time(lastSeen)} s${name === null ? '' : `, ${plain(name)}`}`,
  ]);
  return columns(rows).map((line) => wrap(line, '  ', '      '));
}

function ringLines({ rings }: Analysis, words: Words): readonly string[] {
  const rows = rings.map(({ id, committed, firstToken, lastToken, tokens, cause }) => [
    words.time(committed ?? firstToken ?? 0).padStart(10),
    id,
    cause,
    firstToken === null
      ? 'never turned'
      : `${words.time(firstToken)} to ${words.time(lastToken ?? firstToken)} s, ${tokens} tokens`,
  ]);
  const members = rings.map(({ members: ids, committed }) => {
    const partial = committed === null ? ' (as far as seen)' : '';
    return wrap(`members ${ids.join(' ')}${partial}`, ' '.repeat(14), ' '.repeat(22));
  });
  return columns(rows).flatMap((line, i) => [wrap(line, '  ', ' '.repeat(14)), members[i] ?? '']);
}

/** Transitions of several nodes to the same state at about the same time, as one. */
function togetherOf(transitions: readonly Transition[]): readonly (readonly Transition[])[] {
  const groups: Transition[][] = [];
  for (const transition of transitions) {
    const group = groups.at(-1);
    const first = group?.[0];
    const isSame =
      first !== undefined &&
      first.to === transition.to &&
      first.gatherFrom === transition.gatherFrom &&
      first.certainty === transition.certainty &&
      first.ring === transition.ring &&
      group?.every(({ nodeid }) => nodeid !== transition.nodeid) === true &&
      transition.time - first.time <= TOGETHER_NS;
    if (isSame) group?.push(transition);
    else groups.push([transition]);
  }
  return groups;
}

/** What the numbers of Corosync's log mean, of those that are there. */
function causeLines(transitions: readonly Transition[]): readonly string[] {
  const codes = [...new Set(transitions.flatMap(({ gatherFrom }) => (gatherFrom === null ? [] : [gatherFrom])))];
  const causes = codes.toSorted((a, b) => a - b).map((code) => `${code} ${GATHER_CAUSES[code] ?? 'not told'}`);
  return causes.length === 0 ? [] : [wrap(`gather from: ${causes.join(', ')}`, '  ', '    ')];
}

function transitionLines(transitions: readonly Transition[], words: Words): string[] {
  const groups = togetherOf(transitions);
  const shown = groups.slice(0, TRANSITIONS_SHOWN_MAX).map((group) => {
    const [first] = group as [Transition, ...Transition[]];
    const reason = first.gatherFrom === null ? '' : ` from ${first.gatherFrom}`;
    const doubt = first.certainty === 'certain' ? '' : ` (${first.certainty})`;
    const who = group.map(({ nodeid }) => words.node(nodeid)).join(', ');
    const what = `${words.time(first.time).padStart(10)}  ${(first.to + reason).padEnd(15)}`;
    return wrap(`${what} ${who}${doubt} [frame ${first.frames[0] ?? '?'}]`, '  ', ' '.repeat(30));
  });
  const rest = groups.slice(TRANSITIONS_SHOWN_MAX).reduce((sum, group) => sum + group.length, 0);
  return [...shown, ...(rest > 0 ? [`  … ${rest} more transitions: see --json`] : []), ...causeLines(transitions)];
}

const spreadText = (name: string, { count, p50, p99, max }: Spread): string =>
  `  ${name.padEnd(8)} ${String(count).padStart(8)} rotations  median ${ms(p50)} ms  p99 ${ms(p99)}  max ${ms(max)}`;

function edgeLines({ rotation }: Analysis, words: Words): readonly string[] {
  const rows = rotation.edges.map(({ from, to, hops, p50, p99, holdP50 }) => [
    `${words.address(from)} → ${words.address(to)}`,
    `${hops} hops`,
    `${ms(p50)} ms (p99 ${ms(p99)})${holdP50 === null ? '' : `, then kept ${ms(holdP50)} ms`}`,
  ]);
  return columns(rows).map((line) => wrap(line, '  ', '      '));
}

function deliveryLines({ delivery }: Analysis, words: Words): readonly string[] {
  const { mcasts, duplicatesOnWire, neverSeen, retransmitRequests } = delivery;
  const unseen = `${neverSeen} named by a token and never captured`;
  const counts = `${mcasts} multicasts, ${duplicatesOnWire} sent again, ${unseen}`;
  return [
    wrap(counts, '  '),
    ...retransmitRequests.map(({ nodeid, count }) => `  ${words.node(nodeid)} asked for ${count}`),
  ];
}

function sheepLines({ members, master, epoch, status, copies, events }: SheepCluster, words: Words): readonly string[] {
  const who = members.length === 0 ? 'members not told' : `members ${members.join(' ')}, master ${master ?? '?'}`;
  const state = `epoch ${epoch ?? '?'}, ${status ?? 'status unknown'}, copies ${copies ?? '?'}`;
  const shown = events
    .slice(0, SHEEP_EVENTS_SHOWN_MAX)
    .map(({ time, frame, says }) =>
      wrap(`${words.time(time).padStart(10)}  ${says} [frame ${frame}]`, '  ', ' '.repeat(14)),
    );
  const rest = events.length - shown.length;
  return [wrap(`${who}; ${state}`, '  '), ...shown, ...(rest > 0 ? [`  … ${rest} more: see --json`] : [])];
}

function findingLines(
  { rule, severity, time, says, evidence, cause, advice, because }: Finding,
  words: Words,
): string[] {
  const lines = [`  ${severity.toUpperCase()} ${rule}, ${words.time(time)} s`, wrap(says, '    ')];
  for (const { frames, says: what } of evidence) {
    const where =
      frames.length === 0 ? '' : ` [frame ${frames.slice(0, 4).join(', ')}${frames.length > 4 ? ' …' : ''}]`;
    lines.push(wrap(`${what}${where}`, '      '));
  }
  if (cause !== null) lines.push(wrap(`Cause: ${cause}`, '    '));
  if (advice !== null) lines.push(wrap(`Look at: ${advice}`, '    '));
  if (because !== null) lines.push(wrap(`Follows from ${because}`, '    '));
  return lines;
}

function wordsOf({ nodes }: Analysis, firstNs: number): Words {
  const addresses = new Map(nodes.map(({ nodeid, addresses: [first] }) => [nodeid, first]));
  return {
    node: (nodeid) => (addresses.get(nodeid) === undefined ? String(nodeid) : `${nodeid} (${addresses.get(nodeid)})`),
    address: (nodeid) => addresses.get(nodeid) ?? String(nodeid),
    time: (ns) => ((ns - firstNs) / 1e9).toFixed(3),
  };
}

/** What to know first, in one line. `firstNs`: of the first packet, from time 0. */
export function verdictText(analysis: Analysis, firstNs: number): string {
  return verdict(analysis, wordsOf(analysis, firstNs));
}

/** The text of `totemlab analyse`. `epochNs`: wall clock of time 0; `firstNs`: of the first packet, from time 0. */
export function analysisText(analysis: Analysis, epochNs: bigint, firstNs: number): string {
  const words = wordsOf(analysis, firstNs);
  const { packets, rotation, findings, transitions, sheepdog } = analysis;
  const present = Object.entries(packets.byKind).filter(([, count]) => count > 0);
  const kinds = present.map(([kind, count]) => `${kind} ${count}`);
  const lines = [wrap(verdict(analysis, words), '')];
  const relevant = packets.relevant === 0 ? 'none' : packets.relevant;
  const which = kinds.length === 0 ? '' : `: ${kinds.join(', ')}`;
  lines.push(wrap(`${packets.frames} frames, ${relevant} of them Totem's${which}.`, ''));
  if (packets.frames > 0)
    lines.push(`Times are seconds since the first frame, ${momentText(wallClock(epochNs, firstNs))}.`);
  if (findings.length > 0) lines.push(heading('Findings'));
  for (const finding of findings.slice(0, FINDINGS_SHOWN_MAX)) lines.push(...findingLines(finding, words));
  const hidden = findings.length - FINDINGS_SHOWN_MAX;
  if (hidden > 0) lines.push(`  … ${hidden} more: see --json`);
  if (packets.relevant === 0) return `${lines.join('\n')}\n`;
  if (analysis.nodes.length > 0) lines.push(heading('Nodes'), ...nodeLines(analysis, words));
  if (analysis.rings.length > 0) lines.push(heading('Rings'), ...ringLines(analysis, words));
  if (transitions.length > 0) lines.push(heading('Membership'), ...transitionLines(transitions, words));
  const turned = [spreadText('active', rotation.active), spreadText('idle', rotation.idle)];
  const hops = edgeLines(analysis, words);
  if (hops.length > 0) lines.push(heading('Rotation at the representative'), ...turned, ...hops);
  if (analysis.rings.length > 0) lines.push(heading('Delivery'), ...deliveryLines(analysis, words));
  if (sheepdog !== null) lines.push(heading('Sheepdog'), ...sheepLines(sheepdog, words));
  return `${lines.join('\n')}\n`;
}
