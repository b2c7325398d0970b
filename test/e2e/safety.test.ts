// How the page is locked in: what the main process promises of it, and what it may not do from within.
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KILL9, Lab, Scratch } from './support.ts';

const scratch = new Scratch();
let lab: Lab;

beforeAll(async () => {
  lab = await Lab.start(join(scratch.path, 'safety'), [KILL9]);
  await lab.read();
});
afterAll(async () => {
  // The page complains about what it was refused, which is the point.
  lab.complaints.length = 0;
  await lab.stop();
  scratch.remove();
});

describe('the page', () => {
  it('is sandboxed, isolated, without Node', async () => {
    const preferences = await lab.app.evaluate(({ BrowserWindow }) => {
      const [window] = BrowserWindow.getAllWindows();
      if (window === undefined) throw new Error('there is no window');
      const contents = window.webContents as unknown as { getLastWebPreferences(): Record<string, unknown> };
      return contents.getLastWebPreferences();
    });

    expect(preferences).toMatchObject({
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
    });
    expect(preferences).not.toMatchObject({ webviewTag: true });
    expect(
      await lab.page.evaluate(() => [
        typeof Reflect.get(globalThis, 'require'),
        typeof Reflect.get(globalThis, 'process'),
      ]),
    ).toEqual(['undefined', 'undefined']);
  });

  it('comes from app://lab under a policy without inline code, and reaches nothing else', async () => {
    const policy = await lab.page.evaluate(async () =>
      (await fetch('app://lab/index.html')).headers.get('content-security-policy'),
    );

    expect(lab.page.url()).toBe('app://lab/index.html');
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toContain('unsafe');
    const outcome = await lab.page.evaluate(async () => {
      const refused = async (url: string): Promise<boolean> =>
        fetch(url).then(
          ({ ok }) => !ok,
          () => true,
        );
      return [
        await refused('https://example.org/'),
        await refused('app://lab/../main.cjs'),
        await refused('app://lab/%2e%2e/main.cjs'),
        await refused('app://other/index.html'),
        await refused('file:///etc/hostname'),
      ];
    });
    expect(outcome).toEqual([true, true, true, true, true]);
  });

  it('runs no code from text', async () => {
    const outcome = await lab.page.evaluate(() => {
      const script = document.createElement('script');
      script.textContent = 'globalThis.wasRun = true';
      document.head.append(script);
      return Reflect.get(globalThis, 'wasRun') ?? 'refused';
    });

    expect(outcome).toBe('refused');
  });

  it('opens no windows, goes nowhere, gets no permission', async () => {
    const outcome = await lab.page.evaluate(async () => {
      const opened = window.open('https://example.org/');
      const permission = await Notification.requestPermission();
      const camera = await navigator.mediaDevices?.getUserMedia({ video: true }).catch(() => null);
      location.href = 'https://example.org/';
      await new Promise((done) => setTimeout(done, 300));
      return { opened, permission, camera: camera ?? null };
    });

    expect(outcome).toEqual({ opened: null, permission: 'denied', camera: null });
    expect(lab.page.url()).toBe('app://lab/index.html');
    expect(await lab.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
  });

  it('may call what the contract names, with the arguments it takes', async () => {
    const outcome = await lab.page.evaluate(async () => {
      const { lab: doors } = window as unknown as { lab: { call(name: string, args: unknown): Promise<unknown> } };
      const refused = async (name: string, args: unknown): Promise<boolean> =>
        doors.call(name, args).then(
          () => false,
          () => true,
        );
      return [
        await refused('shell.open', []),
        await refused('__proto__', []),
        await refused('session.open', [7]),
        await refused('session.open', ['a', 'b']),
        await refused('session.close', ['1']),
        await refused('smoke.report', [{ isDrawn: true, says: 'x', more: 1 }]),
        await refused('settings.change', [{ theme: 'dark', more: 1 }]),
        await refused('settings.change', [{ filters: ['x'.repeat(100_000)] }]),
        await refused('window.open', [{}]),
        await refused('recent.list', []),
      ];
    });

    expect(outcome).toEqual([true, true, true, true, true, true, true, true, true, false]);
  });

  it('opens no file that nobody chose, in this window or another', async () => {
    const outcome = await lab.page.evaluate(async () => {
      const { lab: doors } = window as unknown as {
        lab: { call(name: string, args: unknown): Promise<{ ok: boolean; problem: { kind: string } }> };
      };
      const opened = await doors.call('session.open', ['/etc/hostname']);
      await doors.call('window.open', ['/etc/hostname']);
      return [opened.ok, opened.problem.kind];
    });

    expect(outcome).toEqual([false, 'not-allowed']);
    expect(await lab.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
  });

  it('attaches no webview and downloads nothing', async () => {
    const outcome = await lab.page.evaluate(async () => {
      const view = document.createElement('webview');
      view.setAttribute('src', 'https://example.org/');
      document.body.append(view);
      const link = document.createElement('a');
      link.href = URL.createObjectURL(new Blob(['x']));
      link.download = 'x.txt';
      link.click();
      await new Promise((done) => setTimeout(done, 300));
      const isView = 'getURL' in view;
      view.remove();
      return isView;
    });

    expect(outcome).toBe(false);
    expect(await lab.app.evaluate(({ webContents }) => webContents.getAllWebContents().length)).toBe(1);
  });
});
