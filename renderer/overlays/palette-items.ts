// What the palette finds by name: everything that can be done, and everything that the capture has. Order by how well a
// name fits what was typed.
import { TERMS } from '../../app/glossary/terms.ts';
import { possibleCommands } from '../app/commands.ts';
import {
  openCapture,
  packets,
  selectFinding,
  selectNode,
  selectRing,
  selectRow,
  selectTime,
  showOverlay,
  timeOfRow,
} from '../state/actions.ts';
import { shortSays } from '../state/node-directory.ts';
import { filterPackets, rememberQuery } from '../session/query.ts';
import { useSession } from '../state/session-store.ts';
import { useSettings } from '../state/settings-store.ts';
import { useView } from '../state/view-store.ts';
import { fuzzyScore } from '../widgets/fuzzy.ts';
import { clockText, secondsText } from '../panels/times.ts';

export interface PaletteItem {
  readonly group: string;
  readonly title: string;
  readonly detail: string;
  readonly run: () => void;
}

/** Items that are listed: what is beyond is found by typing more. */
export const ITEMS_MAX = 60;
/** Findings, rings and nodes that take part. */
const THINGS_MAX = 2000;

const sinceStart = (time: number): string => `${secondsText(time - timeOfRow(0))} s`;

function ofCapture(): readonly PaletteItem[] {
  const { analysis, nodes } = useSession.getState();
  const findings = (analysis?.findings ?? []).slice(0, THINGS_MAX).map((finding): PaletteItem => ({
    group: 'Findings',
    title: shortSays(finding.says, nodes),
    detail: `${finding.severity}, ${sinceStart(finding.time)}`,
    run: () => selectFinding(finding),
  }));
  const rings = (analysis?.rings ?? []).slice(0, THINGS_MAX).map((ring): PaletteItem => ({
    group: 'Rings',
    title: `Ring ${ring.id}`,
    detail: ring.members.map((member) => nodes.label(member)).join(', '),
    run: () => selectRing(ring),
  }));
  const known = nodes.nodes.slice(0, THINGS_MAX).map(({ nodeid, label, says }): PaletteItem => ({
    group: 'Nodes',
    title: label.startsWith('node') ? label.replace('node', 'Node') : `Node ${label}`,
    detail: says,
    run: () => {
      if (useView.getState().node !== nodeid) selectNode(nodeid);
    },
  }));
  return [...findings, ...rings, ...known];
}

function ofProgram(): readonly PaletteItem[] {
  const { recent } = useSession.getState();
  const commands = possibleCommands().map(({ title, keys, run }): PaletteItem => ({
    group: 'Do',
    title,
    detail: keys?.[0] ?? '',
    run,
  }));
  const samples = useView.getState().samples.map(({ path, title, says }): PaletteItem => ({
    group: 'Captures',
    title: `Sample: ${title}`,
    detail: says,
    run: () => void openCapture(path),
  }));
  const before = recent.map(({ path, name }): PaletteItem => ({
    group: 'Captures',
    title: name,
    detail: path,
    run: () => void openCapture(path),
  }));
  const filters = useSettings.getState().filters.map((text): PaletteItem => ({
    group: 'Filters',
    title: text,
    detail: 'used before',
    run: () => {
      rememberQuery(text);
      void filterPackets(text);
    },
  }));
  const terms = TERMS.map(({ word, says }): PaletteItem => ({
    group: 'Glossary',
    title: word,
    detail: says,
    run: () => showOverlay('glossary', word),
  }));
  return [...commands, ...samples, ...before, ...filters, ...terms];
}

function frameItem(number: number): readonly PaletteItem[] {
  const { length } = packets();
  if (!Number.isSafeInteger(number) || number < 1 || number > length) return [];
  const row = number - 1;
  return [{ group: 'Frames', title: `Frame ${number}`, detail: sinceStart(timeOfRow(row)), run: () => selectRow(row) }];
}

function timeItem(time: number, title: string): readonly PaletteItem[] {
  const { length, epochNs } = packets();
  if (length === 0 || !Number.isFinite(time)) return [];
  const isWithin = time >= timeOfRow(0) && time <= timeOfRow(length - 1);
  return isWithin ? [{ group: 'Times', title, detail: clockText(epochNs, time), run: () => selectTime(time) }] : [];
}

/** Nanoseconds of a day's time as it is on the clock of this computer when the capture begins; NaN where it is none. */
function clockTime(text: string): number {
  const parts = /^(\d{1,2}):(\d{2})(?::(\d{2}(?:\.\d{1,9})?))?$/.exec(text);
  if (parts === null) return Number.NaN;
  const first = timeOfRow(0);
  const [hours = 0, minutes = 0, seconds = 0] = clockText(packets().epochNs, first).split(':').map(Number);
  const asked = Number(parts[1]) * 3600 + Number(parts[2]) * 60 + Number(parts[3] ?? 0);
  const off = asked - (hours * 3600 + minutes * 60 + seconds);
  // A capture may go past midnight.
  return first + (off < -1 ? off + 86_400 : off) * 1e9;
}

/** What a number or a time of day stands for: a frame, seconds since the start, or a moment. */
export function placesFor(typed: string): readonly PaletteItem[] {
  const text = typed.trim().replace(/^(frame|#)\s*/i, '');
  const clock = clockTime(text);
  if (!Number.isNaN(clock)) return timeItem(clock, text);
  const number = /^(\d+(?:\.\d+)?)\s*(s|ms)?$/.exec(text);
  if (number === null) return [];
  const value = Number(number[1]);
  const seconds = number[2] === 'ms' ? value / 1000 : value;
  const frames = number[2] === undefined && !text.includes('.') ? frameItem(value) : [];
  return [...frames, ...timeItem(timeOfRow(0) + seconds * 1e9, `${seconds} s after the start`)];
}

/** Everything there is to find; made when the palette opens. */
export const allItems = (): readonly PaletteItem[] => [...ofProgram(), ...ofCapture()];

/** The items that fit, best first; with nothing typed what can be done, and what was found. */
export function itemsFor(all: readonly PaletteItem[], typed: string): readonly PaletteItem[] {
  const places = placesFor(typed);
  if (typed.trim() === '') {
    const first = ['Findings', 'Do', 'Captures'];
    return first.flatMap((group) => all.filter((item) => item.group === group)).slice(0, ITEMS_MAX);
  }
  const scored = all.flatMap((item) => {
    const title = fuzzyScore(typed, item.title);
    const detail = fuzzyScore(typed, item.detail);
    // A name counts more than what is said of it, and what is said of it only where it is there word for word.
    const score = title ?? (detail !== null && detail >= 1000 ? detail - 1000 : null);
    return score === null ? [] : [{ item, score }];
  });
  scored.sort((a, b) => b.score - a.score);
  return [...places, ...scored.map(({ item }) => item)].slice(0, ITEMS_MAX);
}
