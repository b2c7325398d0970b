// Starts the built program in the real Electron runtime and speaks to its window. Each start has a folder of its own
// for what the program remembers, so that no test sees another's traces.
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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

export function electronPath(): string {
  const path = process.env['TOTEM_LAB_ELECTRON'];
  if (path === undefined) throw new Error('TOTEM_LAB_ELECTRON names no Electron runtime: run these tests by npm test');
  return path;
}

/** Arguments before the program's own. */
export function hostArguments(userData: string): string[] {
  const noSandbox = process.platform === 'linux' && process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return [...noSandbox, `--user-data-dir=${userData}`, ROOT];
}

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

  static async start(userData: string, args: readonly string[] = []): Promise<Lab> {
    const app = await _electron.launch({
      executablePath: electronPath(),
      args: [...hostArguments(userData), ...args],
      env: process.env as Record<string, string>,
    });
    const page = await app.firstWindow();
    await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
    return new Lab(app, page);
  }

  async resize(width: number, height: number): Promise<void> {
    await this.app.evaluate(
      ({ BrowserWindow }, size) => BrowserWindow.getAllWindows()[0]?.setContentSize(size[0] ?? 0, size[1] ?? 0),
      [width, height],
    );
    await this.page.waitForFunction((wanted) => window.innerWidth === wanted, width);
  }

  /** Waits until the capture is read, and its first packet opened. */
  async read(): Promise<void> {
    await this.page.waitForSelector('.app[data-phase=done]');
    await this.page.waitForSelector('.detail-line');
  }

  phase(): Promise<string | null> {
    return this.page.getAttribute('.app', 'data-phase');
  }

  text(selector: string): Promise<string> {
    return this.page.innerText(selector);
  }

  /** Scrolls the detail tree until the field with this name is in the page, and clicks it. */
  async chooseField(name: string): Promise<void> {
    const line = this.page
      .locator('.detail-line')
      .filter({ has: this.page.locator(`.detail-label:text-is("${name}")`) });
    for (let top = 0; top < 4000 && (await line.count()) === 0; top += 60) {
      await this.page.locator('#detail').evaluate((tree, offset) => tree.scrollTo(0, offset), top);
      await this.page.waitForTimeout(30);
    }
    await line.first().click();
  }

  /** Drops a file onto the window, as the page sees it. */
  async drop(name: string, bytes: Uint8Array): Promise<void> {
    const transfer = await this.page.evaluateHandle(
      ([fileName, octets]) => {
        const files = new DataTransfer();
        files.items.add(new File([new Uint8Array(octets as number[])], fileName as string));
        return files;
      },
      [name, [...bytes]] as const,
    );
    await this.page.dispatchEvent('.app', 'drop', { dataTransfer: transfer });
  }

  /** Makes the next open dialog answer with these paths. */
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
