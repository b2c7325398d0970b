// The real Electron for a measurement: started on a home of its own, with a page. What is measured is window.ts,
// live.ts and soak.ts.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { _electron, type ElectronApplication, type Page } from 'playwright-core';

const ROOT = process.env['TOTEM_LAB_ROOT'] ?? process.cwd();
const ELECTRON = process.env['TOTEM_LAB_ELECTRON'] ?? '';

export interface Lab {
  readonly app: ElectronApplication;
  readonly page: Page;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
}

/** Starts the program; its settings lie in `home`. */
export async function startLab(home: string): Promise<Lab> {
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, 'settings.json'), JSON.stringify({ hasStarted: true }));
  const noSandbox = process.platform === 'linux' && process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const startedAt = Date.now();
  const app = await _electron.launch({
    executablePath: ELECTRON,
    args: [...noSandbox, `--user-data-dir=${home}`, ROOT],
    env: process.env as Record<string, string>,
  });
  return { app, page: await app.firstWindow(), startedAt };
}

/** Says a line to the prompt of the window's lab. */
export function sayToLab(page: Page, line: string): Promise<unknown> {
  return page.evaluate(
    (said) =>
      (window as unknown as { lab: { call(n: string, a: unknown[]): Promise<unknown> } }).lab.call('lab.command', [
        said,
      ]),
    line,
  );
}
