// The bridge in a plain browser: files are chosen and held by the page; samples come from beside it, nothing else is
// reached. What is remembered lies with the browser.
import type { CallName, Calls, Handlers, KeyFile, OpenProblem, Sample } from '../../app/ipc/contract.ts';
import { settingsFrom, type Settings } from '../../app/settings/settings.ts';
import { fail, ok } from '../../protocol/base/result.ts';
import { Downloads } from './downloads.ts';
import { PageFiles } from './file-source.ts';
import { VirtualLabs } from './virtual-labs.ts';
import type { WindowBridge } from './window-bridge.ts';

function chooseFiles(accept: string, isMany: boolean): Promise<readonly File[]> {
  return new Promise((resolve) => {
    const input = document.createElement('input');
    input.type = 'file';
    input.accept = accept;
    input.multiple = isMany;
    input.addEventListener('change', () => resolve([...(input.files ?? [])]));
    input.addEventListener('cancel', () => resolve([]));
    input.click();
  });
}

/** Has the browser keep a file where it keeps what people fetch. */
function offer(name: string, bytes: Uint8Array): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([bytes as Uint8Array<ArrayBuffer>]));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** Where `npm run web` serves the samples; nothing else of the network is reached. */
const SAMPLES = 'samples/';
const SETTINGS = 'totem-lab.settings';
/** Annotations of captures, by their name. */
const NOTES = 'totem-lab.annotations.';

const NO_LAB: OpenProblem = {
  kind: 'not-allowed',
  says: 'a browser neither starts processes nor captures: npm start opens the window that does.',
};

interface ServedSample extends Sample {
  /** Below SAMPLES. */
  readonly file: string;
}

/** The samples that are served beside the page; none where it is served without. */
async function servedSamples(files: PageFiles): Promise<readonly Sample[]> {
  try {
    const answer = await fetch(`${SAMPLES}index.json`);
    const listed = (await answer.json()) as readonly ServedSample[];
    return listed.map(({ file, title, says }) => ({ path: files.addServed(`${SAMPLES}${file}`), title, says }));
  } catch {
    return [];
  }
}

function storedSettings(): Settings {
  try {
    return settingsFrom(JSON.parse(localStorage.getItem(SETTINGS) ?? 'null'));
  } catch {
    return settingsFrom(null);
  }
}

type SystemCall = Exclude<Extract<CallName, `lab.${string}` | `capture.${string}`>, 'capture.save'>;

/** What needs processes or interfaces: a page has neither. */
const WITHOUT_SYSTEM: Pick<Handlers<null>, SystemCall> = {
  'lab.start': async () => fail(NO_LAB),
  'lab.command': async () => ({ output: NO_LAB.says, exitCode: 1 }),
  'lab.end': async () => undefined,
  'lab.running': async () => null,
  'lab.endOther': async () => undefined,
  'capture.interfaces': async () => ({ interfaces: [], backends: [] }),
  'capture.watch': async () => undefined,
  'capture.start': async () => fail(NO_LAB),
  'capture.stop': async () => undefined,
  'capture.write': async () => fail(NO_LAB),
};
type Saving = 'annotations.load' | 'annotations.save' | 'export.begin' | 'export.write' | 'export.end';

/** What the page writes: notes into the browser's memory, exports as downloads. */
function savingHandlers(files: PageFiles): Pick<Handlers<null>, Saving> {
  const downloads = new Downloads();
  return {
    'annotations.load': async (_caller, path) => ok(localStorage.getItem(`${NOTES}${files.nameOf(path)}`)),
    'annotations.save': async (_caller, path, text) => {
      try {
        localStorage.setItem(`${NOTES}${files.nameOf(path)}`, text);
        return null;
      } catch {
        return 'this browser keeps no more annotations: export the capture to keep them';
      }
    },
    'export.begin': async (_caller, kind, source) => ok(downloads.begin(kind, files.nameOf(source))),
    'export.write': async (_caller, id, bytes) => downloads.write(id, bytes),
    'export.end': async (_caller, id, isWhole) => downloads.end(id, isWhole),
  };
}

export function createBrowserBridge(): WindowBridge {
  const files = new PageFiles();
  const virtual = new VirtualLabs();
  const handlers: Handlers<null> = {
    'window.hello': async () => ({
      version: 'web',
      open: null,
      keys: [],
      recent: [],
      samples: await servedSamples(files),
      settings: storedSettings(),
      isSmoke: false,
    }),
    'window.open': async () => undefined,
    'settings.change': async (_caller, change) =>
      localStorage.setItem(SETTINGS, JSON.stringify(settingsFrom({ ...storedSettings(), ...change }))),
    'session.choose': async () => {
      const [file] = await chooseFiles('.pcap,.pcapng,.cap,.gz', false);
      return file === undefined ? null : files.add(file);
    },
    'session.open': async (_caller, path) => files.open(path),
    'session.follow': async (_caller, path) => files.open(path),
    'session.close': async () => undefined,
    'keys.choose': async () => {
      const chosen = await chooseFiles('', true);
      const read = async (file: File): Promise<KeyFile> => ({
        name: file.name,
        bytes: new Uint8Array(await file.arrayBuffer()),
      });
      return ok(await Promise.all(chosen.map(read)));
    },
    'recent.list': async () => [],
    ...savingHandlers(files),
    'smoke.report': async () => undefined,
    ...WITHOUT_SYSTEM,
    'capture.save': async (_caller, stream) => {
      if (!virtual.holds(stream)) return fail(NO_LAB);
      offer('virtual-lab.pcapng', await virtual.whole());
      return ok(null);
    },
  };
  return {
    call: async <K extends CallName>(name: K, ...args: Parameters<Calls[K]>) => {
      const routed = virtual.route(name, args);
      if (routed !== null) return (await routed) as ReturnType<Calls[K]>;
      const handler = handlers[name] as (caller: null, ...args: unknown[]) => Promise<unknown>;
      return (await handler(null, ...args)) as ReturnType<Calls[K]>;
    },
    on: (name, listener) => virtual.on(name, listener),
    openStream(stream) {
      const port = virtual.port(stream) ?? files.port(stream);
      return port === null ? Promise.reject(new Error('there is no such stream')) : Promise.resolve(port);
    },
    pathOf: (file) => files.add(file),
  };
}
