// Starts the built program in the real Electron runtime and speaks to its window. Each start has a folder of its own
// for what the program remembers, so that no test sees another's traces; tests of one file share one start where they
// can, and bring the window back to a known state themselves.
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { _electron, type ElectronApplication, type Page } from 'playwright-core';
import { expect } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..');
/** The pictures of the docs are only written anew when asked to: no test run changes what is under version control. */
const isForDocs = process.env['TOTEM_LAB_DOCS'] === '1';
export const SCREENSHOTS = join(ROOT, isForDocs ? 'docs' : 'out', 'screenshots');

export const capture = (path: string): string => join(ROOT, 'test', 'golden', 'captures', path);

export const KILL9 = capture('03-corosync-kill9/bridge.pcap');

/** The packaged program, where that is what is to be tested instead of this checkout. */
const PACKAGED = process.env['TOTEM_LAB_PACKAGED'];

export function electronPath(): string {
  const path = PACKAGED ?? process.env['TOTEM_LAB_ELECTRON'];
  if (path === undefined) throw new Error('TOTEM_LAB_ELECTRON names no Electron runtime: run these tests by npm test');
  return path;
}

/** Arguments before the program's own. */
export function hostArguments(userData: string): string[] {
  const noSandbox = process.platform === 'linux' && process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return [...noSandbox, `--user-data-dir=${userData}`, ...(PACKAGED === undefined ? [ROOT] : [])];
}

/** Milliseconds after which something will not come: an end for what hangs, no measure of the machine. */
const PATIENCE_MS = 120_000;

export type Theme = 'light' | 'dark' | 'contrast';

export class Lab {
  readonly app: ElectronApplication;
  readonly page: Page;
  /** What the page wrote to its console: every line there is a mistake. */
  readonly complaints: string[] = [];

  private constructor(app: ElectronApplication, page: Page) {
    this.app = app;
    this.page = page;
    page.on('console', (message) => this.complaints.push(message.text()));
    page.on('pageerror', (error) => this.complaints.push(error.message));
  }

  /** Starts the program. `isFirst`: as on a machine where it never ran. */
  static async start(userData: string, args: readonly string[] = [], isFirst = false): Promise<Lab> {
    if (!isFirst) {
      mkdirSync(userData, { recursive: true });
      writeFileSync(join(userData, 'settings.json'), JSON.stringify({ hasStarted: true }));
    }
    const app = await _electron.launch({
      timeout: PATIENCE_MS,
      executablePath: electronPath(),
      args: [...hostArguments(userData), ...args],
      env: process.env as Record<string, string>,
    });
    app.context().setDefaultTimeout(PATIENCE_MS);
    const page = await app.firstWindow({ timeout: PATIENCE_MS });
    await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
    const lab = new Lab(app, page);
    // From now on it hears commands.
    await page.waitForSelector('.app');
    await lab.resize(1280, 720);
    return lab;
  }

  /** The window that comes of what is done. */
  async windowOf(opens: () => Promise<unknown>): Promise<Page> {
    const [page] = await Promise.all([this.app.waitForEvent('window', { timeout: PATIENCE_MS }), opens()]);
    return page;
  }

  /** A second window, by the menu. */
  async newWindow(): Promise<Page> {
    const page = await this.windowOf(() =>
      this.app.evaluate(({ Menu }) => {
        for (const { submenu } of Menu.getApplicationMenu()?.items ?? [])
          submenu?.items.find(({ label }) => label === 'New Window')?.click();
      }),
    );
    await page.waitForSelector('.app');
    return page;
  }

  async resize(width: number, height: number): Promise<void> {
    await this.app.evaluate(
      ({ BrowserWindow }, [wide = 0, high = 0]) =>
        BrowserWindow.getAllWindows().forEach((window) => window.setContentSize(wide, high)),
      [width, height],
    );
    await this.page.waitForFunction((wanted) => window.innerWidth === wanted, width);
    await this.drawn();
  }

  /** Waits until what has changed by now is laid out and drawn. */
  async drawn(): Promise<void> {
    await this.page.evaluate(async () => {
      for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame);
    });
  }

  /** Opens a capture in the window by the menu, and waits until it is read. */
  async open(path: string): Promise<void> {
    await this.answerDialog([path]);
    await this.menu('open');
    await this.page.waitForFunction(
      (name) => document.querySelector('.source-name')?.textContent === name,
      path.split('/').at(-1),
    );
    await this.read();
  }

  /** Starts three nodes whose token timeout is longer than any of them waits for its turn on a busy machine. */
  async startPatientLab(): Promise<void> {
    await this.page.click('text=Choose…');
    await this.page.fill('input[name=tokenMs]', '3000');
    await this.page.click('text=Start the lab');
    await this.page.waitForSelector('.app[data-phase=live]');
  }

  /** Closes the capture, if one is open. */
  async close(): Promise<void> {
    await this.app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()[0]?.webContents.send('lab.event', 'menu.command', { command: 'close' }),
    );
    await this.page.waitForSelector('.welcome h2');
  }

  /** Runs a command of the menu by its name. */
  async command(command: string): Promise<void> {
    await this.app.evaluate(
      ({ BrowserWindow }, name) =>
        BrowserWindow.getAllWindows()[0]?.webContents.send('lab.event', 'menu.command', { command: name }),
      command,
    );
  }

  /** Clicks an entry of the menu that has an id. */
  async menu(id: string): Promise<void> {
    await this.app.evaluate(({ Menu }, item) => Menu.getApplicationMenu()?.getMenuItemById(item)?.click(), id);
  }

  /** Waits until the capture is read, and its first packet opened. */
  async read(): Promise<void> {
    await this.page.waitForSelector('.app[data-phase=done]');
    await this.page.waitForSelector('.detail-line');
  }

  async theme(theme: Theme): Promise<void> {
    await this.command(`theme-${theme}`);
    await this.page.waitForFunction((wanted) => document.documentElement.dataset['theme'] === wanted, theme);
  }

  async preset(preset: 'teach' | 'diagnose' | 'objects'): Promise<void> {
    await this.command(`preset-${preset}`);
    await this.page.waitForSelector(`.workbench[data-preset=${preset}]`);
  }

  /** Shows or hides a pane by its title, as the palette does. */
  async showPane(title: string, isShown: boolean): Promise<void> {
    await this.page.keyboard.press('Control+k');
    await this.page.waitForSelector('#palette[open]');
    await this.page.keyboard.type(`${isShown ? 'Show' : 'Hide'} ${title}`);
    await this.page.keyboard.press('Enter');
    await this.page.waitForSelector(`section[aria-labelledby]:has(h2:text-is("${title}"))`, {
      state: isShown ? 'attached' : 'detached',
    });
  }

  /** Does what the palette finds first. */
  async find(typed: string): Promise<void> {
    await this.page.keyboard.press('Control+k');
    await this.page.waitForSelector('#palette[open]');
    await this.page.keyboard.type(typed);
    await this.page.keyboard.press('Enter');
    await this.page.waitForSelector('#palette', { state: 'detached' });
  }

  phase(): Promise<string | null> {
    return this.page.getAttribute('.app', 'data-phase');
  }

  text(selector: string): Promise<string> {
    return this.page.innerText(selector);
  }

  /** Waits until the text of the first element of a selector matches. */
  has(selector: string, pattern: string): Promise<unknown> {
    return this.page.waitForFunction(
      ([where = '', wanted = '']) => new RegExp(wanted).test(document.querySelector(where)?.textContent ?? ''),
      [selector, pattern],
    );
  }

  /** What stands on the screen of the shell. */
  screen(): Promise<string> {
    return this.page.locator('.xterm-rows').innerText();
  }

  /** What is open, with its folder. */
  async source(): Promise<string> {
    return (await this.page.locator('.source-folder, .source-name').allTextContents()).join('');
  }

  /** Waits until the heading of the table says this. */
  async count(text: string): Promise<void> {
    await this.page.waitForFunction(
      (wanted) => document.querySelector('.packet-count')?.textContent?.includes(wanted),
      text,
    );
  }

  async frameShown(frame: number): Promise<void> {
    await this.page.waitForFunction(
      (wanted) => document.querySelector('[data-pane=detail] .pane-aside')?.textContent === `frame ${wanted}`,
      frame,
    );
  }

  /** Scrolls the detail tree until the field with this name is in the page, and clicks it. */
  async chooseField(name: string): Promise<void> {
    const line = this.page
      .locator('.detail-line')
      .filter({ has: this.page.locator(`.detail-label:text-is("${name}")`) });
    for (let top = 0; (await line.count()) === 0; top = (top + 60) % 4020) {
      await this.page.locator('#detail').evaluate((tree, offset) => tree.scrollTo(0, offset), top);
      await this.drawn();
    }
    await line.first().click();
  }

  /** Drops files onto the window, as the page sees them. */
  async drop(...files: readonly (readonly [name: string, bytes: Uint8Array])[]): Promise<void> {
    const transfer = await this.page.evaluateHandle(
      (dropped) => {
        const all = new DataTransfer();
        for (const [name, octets] of dropped)
          all.items.add(new File([Uint8Array.from(atob(octets), (char) => char.charCodeAt(0))], name));
        return all;
      },
      files.map(([name, bytes]) => [name, Buffer.from(bytes).toString('base64')] as const),
    );
    await this.page.dispatchEvent('.app', 'drop', { dataTransfer: transfer });
  }

  /** Keeps the capture that goes on under this name, and waits until it is there whole. */
  async keepAs(path: string): Promise<void> {
    await this.app.evaluate(({ dialog }, filePath) => {
      dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath });
    }, path);
    await this.command('keep');
    await this.page.waitForSelector(`text=Kept as ${path}`);
  }

  /** Makes the next open dialogs answer with these paths. */
  async answerDialog(paths: readonly string[]): Promise<void> {
    await this.app.evaluate(({ dialog }, filePaths) => {
      dialog.showOpenDialog = () => Promise.resolve({ canceled: filePaths.length === 0, filePaths: [...filePaths] });
    }, paths);
  }

  async stop(): Promise<void> {
    await this.app.close();
    expect(this.complaints).toEqual([]);
  }
}

/** A pcap that repeats a capture until it has at least so many octets; its times go on. */
export function repeated(source: Uint8Array, octetsMin: number): Uint8Array {
  const view = new DataView(source.buffer, source.byteOffset, source.byteLength);
  const head = 24;
  const copies = Math.ceil((octetsMin - head) / (source.length - head));
  const first = view.getUint32(head, true);
  const whole = Buffer.alloc(head + copies * (source.length - head));
  whole.set(source.subarray(0, head));
  const records: number[] = [];
  for (let at = head; at < source.length; at += 16 + view.getUint32(at + 8, true)) records.push(at);
  const span = view.getUint32(records.at(-1) ?? head, true) - first + 2;
  for (let copy = 0; copy < copies; copy++) {
    const shift = copy * (source.length - head);
    whole.set(source.subarray(head), head + shift);
    for (const at of records) whole.writeUInt32LE(view.getUint32(at, true) + copy * span, at + shift);
  }
  return whole;
}

/** A folder that is gone after the tests of one file. */
export class Scratch {
  readonly path = mkdtempSync(join(tmpdir(), 'totem-lab-test-'));

  file(name: string, content: Uint8Array): string {
    const path = join(this.path, name);
    writeFileSync(path, content);
    return path;
  }

  copy(source: string, name: string): string {
    const path = join(this.path, name);
    copyFileSync(source, path);
    return path;
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
