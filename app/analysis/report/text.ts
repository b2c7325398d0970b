// The analysis as text for a person: the verdict first, then who, which rings, what happened, how the token turned.
// At most 100 columns.
import { timeText, wallClock } from '../../store/times.ts';
import type { Analysis, EdgeSpread, Finding, Spread, Transition } from '../result.ts';

const WIDTH = 100;
/** Transitions listed; the JSON has them all. */
const TRANSITIONS_SHOWN_MAX = 60;
const FINDINGS_SHOWN_MAX = 40;

interface Words {
  /** A node's id with its address, as a person knows it. */
  node(nodeid: number): string;
  /** Seconds since the first packet. */
  time(ns: number): string;
}

function wrap(text: string, indent: string): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && indent.length + line.length + word.length + 1 > WIDTH) {
      lines.push(indent + line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  lines.push(indent + line);
  return lines.join('\n');
}

const heading = (title: string): string => `\n${title}`;
const ms = (value: number | null): string =>
  value === null ? '–' : value >= 100 ? value.toFixed(0) : value >= 1 ? value.toFixed(2) : value.toFixed(3);

function verdict({ findings, rings, packets, delivery }: Analysis, words: Words): string {
  const failures = findings.filter(({ severity }) => severity === 'failure');
  const warnings = findings.filter(({ severity }) => severity === 'warning');
  if (packets.relevant === 0) return 'There is no Totem in this capture.';
  if (failures.length === 0 && warnings.length === 0) {
    const formed = rings.length === 1 ? 'One ring' : `${rings.length} rings`;
    const asked = delivery.retransmitRequests.filter(({ count }) => count > 0);
    if (asked.length === 0) return `Nothing wrong is seen. ${formed}, ${packets.relevant} packets.`;
    const whose = asked.map(({ nodeid, count }) => `node ${words.node(nodeid)} asked for ${count}`).join(', ');
    const again = `${delivery.duplicatesOnWire} were sent again`;
    return `No token was declared lost, but multicasts went missing: ${whose}; ${again}. ${formed}.`;
  }
  const [worst] = [...failures, ...warnings];
  const more = failures.length + warnings.length - 1;
  return (
    `${worst?.says ?? ''}${more > 0 ? ` (and ${more} more)` : ''}`.replaceAll('\n', ' ') +
    (worst === undefined ? '' : ` At ${words.time(worst.time)} s.`)
  );
}

function nodeLines({ nodes }: Analysis, words: Words): string[] {
  return nodes.map(({ nodeid, name, addresses, dialect, firstSeen, lastSeen }) => {
    const who = `${String(nodeid).padEnd(11)} ${addresses.join(', ').padEnd(18)} ${(dialect ?? '?').padEnd(11)}`;
    return `  ${who} seen ${words.time(firstSeen)} to ${words.time(lastSeen)} s${name === null ? '' : `, ${name}`}`;
  });
}

function ringLines({ rings }: Analysis, words: Words): string[] {
  return rings.map(({ id, members, committed, firstToken, lastToken, tokens, cause }) => {
    const turned =
      firstToken === null
        ? 'never turned'
        : `${words.time(firstToken)} to ${words.time(lastToken ?? firstToken)} s, ${tokens} tokens`;
    const start = committed ?? firstToken ?? 0;
    const what = `${id.padEnd(16)} ${cause.padEnd(12)} members ${members.join(' ')}`;
    return `  ${words.time(start).padStart(10)}  ${what}  (${turned})`;
  });
}

function transitionLines(transitions: readonly Transition[], words: Words): string[] {
  const shown = transitions
    .slice(0, TRANSITIONS_SHOWN_MAX)
    .map(({ time, nodeid, to, gatherFrom, certainty, frames }) => {
      const reason = gatherFrom === null ? '' : ` from ${gatherFrom}`;
      const doubt = certainty === 'certain' ? '' : ` (${certainty})`;
      const what = `${words.node(nodeid).padEnd(28)} ${(to + reason).padEnd(16)}`;
      return `  ${words.time(time).padStart(10)}  ${what} frame ${frames[0] ?? '?'}${doubt}`;
    });
  const rest = transitions.length - shown.length;
  return rest > 0 ? [...shown, `  … ${rest} more: see --json`] : shown;
}

const spreadText = (name: string, { count, p50, p99, max }: Spread): string =>
  `  ${name.padEnd(8)} ${String(count).padStart(8)} rotations  median ${ms(p50)} ms  p99 ${ms(p99)}  max ${ms(max)}`;

function edgeLine({ from, to, hops, p50, p99, holdP50 }: EdgeSpread, words: Words): string {
  const edge = `${words.node(from)} → ${words.node(to)}`;
  const times = `${ms(p50)} ms (p99 ${ms(p99)}), then kept ${ms(holdP50)}`;
  return `  ${edge.padEnd(50)} ${String(hops).padStart(7)} hops  ${times}`;
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
  if (because !== null) lines.push(`    follows from ${because}`);
  return lines;
}

/** The text of `totemlab analyse`. `epochNs`: wall clock of time 0; `firstNs`: of the first packet, from time 0. */
export function analysisText(analysis: Analysis, epochNs: bigint, firstNs: number): string {
  const addresses = new Map(analysis.nodes.map(({ nodeid, addresses: [first] }) => [nodeid, first]));
  const words: Words = {
    node: (nodeid) => (addresses.get(nodeid) === undefined ? String(nodeid) : `${nodeid} (${addresses.get(nodeid)})`),
    time: (ns) => ((ns - firstNs) / 1e9).toFixed(3),
  };
  const { packets, rotation, delivery, findings, transitions, sheepdog } = analysis;
  const present = Object.entries(packets.byKind).filter(([, count]) => count > 0);
  const kinds = present.map(([kind, count]) => `${kind} ${count}`);
  const lines = [wrap(verdict(analysis, words), '')];
  lines.push(wrap(`${packets.frames} frames, ${packets.relevant} of them Totem's: ${kinds.join(', ')}.`, ''));
  lines.push(`Times are seconds since the first frame, ${timeText(wallClock(epochNs, firstNs))}.`);
  if (findings.length > 0) lines.push(heading('Findings'));
  for (const finding of findings.slice(0, FINDINGS_SHOWN_MAX)) lines.push(...findingLines(finding, words));
  if (findings.length > FINDINGS_SHOWN_MAX) lines.push(`  … ${findings.length - FINDINGS_SHOWN_MAX} more: see --json`);
  lines.push(heading('Nodes'), ...nodeLines(analysis, words));
  lines.push(heading('Rings'), ...ringLines(analysis, words));
  if (transitions.length > 0) lines.push(heading('Membership'), ...transitionLines(transitions, words));
  lines.push(
    heading('Rotation at the representative'),
    spreadText('active', rotation.active),
    spreadText('idle', rotation.idle),
  );
  lines.push(...rotation.edges.map((edge) => edgeLine(edge, words)));
  lines.push(
    heading('Delivery'),
    `  ${delivery.mcasts} multicasts, ${delivery.duplicatesOnWire} sent again, ` +
      `${delivery.neverSeen} named by a token and never captured`,
  );
  for (const { nodeid, count } of delivery.retransmitRequests) lines.push(`  ${words.node(nodeid)} asked for ${count}`);
  if (sheepdog !== null) {
    const { members, epoch, status, copies, events } = sheepdog;
    lines.push(
      heading('Sheepdog'),
      wrap(
        `members ${members.join(' ')}; epoch ${epoch ?? '?'}, ${status ?? 'status unknown'}, copies ${copies ?? '?'}`,
        '  ',
      ),
    );
    for (const { time, frame, says } of events.slice(0, 20))
      lines.push(`  ${words.time(time).padStart(10)}  ${says} [frame ${frame}]`);
    if (events.length > 20) lines.push(`  … ${events.length - 20} more: see --json`);
  }
  return `${lines.join('\n')}\n`;
}
