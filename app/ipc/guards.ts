// What the main process lets in: a hand-written test of the arguments of every call. No handlers here.
import type { LabOptions } from '../lab/lab-view.ts';
import type { Settings } from '../settings/settings.ts';
import type { CallName, CaptureChoice, ExportKind, Guards, SmokeReport } from './contract.ts';

/** Characters of a path; Linux has 4096 octets. */
export const PATH_LENGTH_MAX = 8192;
/** Characters of a sentence that a window hands over. */
export const SAYS_LENGTH_MAX = 2000;

/** Characters of the annotations of a capture, as their file has them. */
export const ANNOTATIONS_LENGTH_MAX = 64 * 1024 * 1024;
/** Octets of an export that are handed over at once. */
export const EXPORT_OCTETS_MAX = 4 * 1024 * 1024;
const EXPORTS: readonly unknown[] = ['capture', 'report', 'table'] satisfies readonly ExportKind[];

/** Characters of the settings as JSON. */
export const SETTINGS_LENGTH_MAX = 65_536;
const SETTINGS_PARTS: Readonly<Record<keyof Settings, true>> = {
  theme: true,
  preset: true,
  hasChosenPreset: true,
  layouts: true,
  columns: true,
  timeForm: true,
  filters: true,
  hasStarted: true,
};

function isText(value: unknown, lengthMax: number): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= lengthMax && !value.includes('\0');
}

function isStream(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isReport(value: unknown): value is SmokeReport {
  if (typeof value !== 'object' || value === null) return false;
  const keys = Object.keys(value);
  const { isDrawn, says } = value as Record<string, unknown>;
  return keys.length === 2 && typeof isDrawn === 'boolean' && isText(says, SAYS_LENGTH_MAX);
}

/** Only names and size: what each part may be is said by settingsFrom(), which the main process puts it through. */
function isSettingsChange(value: unknown): value is Partial<Settings> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  if (!Object.keys(value).every((part) => Object.hasOwn(SETTINGS_PARTS, part))) return false;
  try {
    return JSON.stringify(value).length <= SETTINGS_LENGTH_MAX;
  } catch {
    return false;
  }
}

/** Characters of a line of the lab's prompt. */
export const LINE_LENGTH_MAX = 4096;

const isWhole = (value: unknown, min: number, max: number): boolean =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max;

/** What each part of a lab's options may be. How many nodes there may be is the lab's to say. */
const LAB_PARTS: Readonly<Record<keyof LabOptions, (value: unknown) => boolean>> = {
  kind: (value) => value === 'processes' || value === 'virtual',
  nodes: (value) => isWhole(value, 1, 1000),
  dialect: (value) => value === 'corosync-1' || value === 'corosync-3',
  transport: (value) => value === 'udp' || value === 'udpu',
  tokenMs: (value) => isWhole(value, 1, 3_600_000),
  behaviour: (value) => value === 'sound' || value === 'faithful',
  withSheep: (value) => typeof value === 'boolean',
  seed: (value) => isWhole(value, 0, 2 ** 32 - 1),
};

function isLabOptions(value: unknown): value is LabOptions {
  if (typeof value !== 'object' || value === null) return false;
  const parts = Object.entries(LAB_PARTS);
  const options = value as Record<string, unknown>;
  return Object.keys(value).length === parts.length && parts.every(([part, fits]) => fits(options[part]));
}

/** Octets of a capture that the page holds. */
const CAPTURE_OCTETS_MAX = 1 << 30;
const isCapture = (value: unknown): value is Uint8Array =>
  value instanceof Uint8Array && value.length <= CAPTURE_OCTETS_MAX;

/** Characters of an interface's name; Linux has 15. */
const INTERFACE_LENGTH_MAX = 256;
/** An interface is no option of the program that captures on it. */
const isInterface = (value: unknown): value is string => isText(value, INTERFACE_LENGTH_MAX) && !value.startsWith('-');
/** A filter is one argument, and no option of the program that takes it. */
const isFilter = (value: unknown): value is string =>
  value === '' || (isText(value, LINE_LENGTH_MAX) && !value.startsWith('-'));

function isChoice(value: unknown): value is CaptureChoice {
  if (typeof value !== 'object' || value === null || Object.keys(value).length !== 3) return false;
  const { interface: name, backend, filter } = value as Record<string, unknown>;
  return isInterface(name) && (backend === 'tcpdump' || backend === 'cap') && isFilter(filter);
}

const isPath = (args: readonly unknown[]): args is [string] => args.length === 1 && isText(args[0], PATH_LENGTH_MAX);
const isNothing = (args: readonly unknown[]): args is [] => args.length === 0;

const isOneStream = (args: readonly unknown[]): args is [number] => args.length === 1 && isStream(args[0]);

const isPathAndText = (args: readonly unknown[]): args is [string, string] =>
  args.length === 2 && isText(args[0], PATH_LENGTH_MAX) && isText(args[1], ANNOTATIONS_LENGTH_MAX);

export const guards: Guards = {
  'window.hello': isNothing,
  'session.choose': isNothing,
  'session.open': isPath,
  'session.follow': isPath,
  'session.close': isOneStream,
  'window.open': isPath,
  'settings.change': (args): args is [Partial<Settings>] => args.length === 1 && isSettingsChange(args[0]),
  'keys.choose': isNothing,
  'recent.list': isNothing,
  'annotations.load': isPath,
  'annotations.save': isPathAndText,
  'export.begin': (args): args is [ExportKind, string] =>
    args.length === 2 && EXPORTS.includes(args[0]) && isText(args[1], PATH_LENGTH_MAX),
  'export.write': (args): args is [number, Uint8Array] =>
    args.length === 2 && isStream(args[0]) && args[1] instanceof Uint8Array && args[1].length <= EXPORT_OCTETS_MAX,
  'export.end': (args): args is [number, boolean] =>
    args.length === 2 && isStream(args[0]) && typeof args[1] === 'boolean',
  'smoke.report': (args): args is [SmokeReport] => args.length === 1 && isReport(args[0]),
  'lab.start': (args): args is [LabOptions] => args.length === 1 && isLabOptions(args[0]),
  'lab.command': (args): args is [string] => args.length === 1 && isText(args[0], LINE_LENGTH_MAX),
  'lab.end': isNothing,
  'lab.running': isNothing,
  'lab.endOther': isNothing,
  'capture.interfaces': isNothing,
  'capture.watch': (args): args is [boolean] => args.length === 1 && typeof args[0] === 'boolean',
  'capture.start': (args): args is [CaptureChoice] => args.length === 1 && isChoice(args[0]),
  'capture.stop': isOneStream,
  'capture.save': isOneStream,
  'capture.write': (args): args is [string, Uint8Array] =>
    args.length === 2 && isText(args[0], SAYS_LENGTH_MAX) && isCapture(args[1]),
};

/** All that the preload lets through. */
export const CALL_NAMES = Object.keys(guards) as readonly CallName[];
