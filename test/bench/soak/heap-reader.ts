// How much the page and its workers hold on their heaps, told by DevTools. Columns of packets are not on them.
import type { CDPSession, Page } from 'playwright-core';

const MIB = 1024 * 1024;

interface Usage {
  readonly usedSize: number;
}

interface Reply {
  readonly id?: number;
  readonly result?: Usage;
}

export class HeapReader {
  private readonly devtools: CDPSession;
  /** Sessions of the workers. */
  private readonly workers = new Set<string>();
  private readonly waiting = new Map<number, (usage: Usage) => void>();
  private nextId = 1;

  private constructor(devtools: CDPSession) {
    this.devtools = devtools;
    devtools.on('Target.attachedToTarget', ({ sessionId }) => this.workers.add(sessionId));
    devtools.on('Target.detachedFromTarget', ({ sessionId }) => this.workers.delete(sessionId));
    devtools.on('Target.receivedMessageFromTarget', ({ message }) => {
      const { id, result } = JSON.parse(message) as Reply;
      if (id !== undefined && result !== undefined) this.waiting.get(id)?.(result);
    });
  }

  static async of(page: Page): Promise<HeapReader> {
    const reader = new HeapReader(await page.context().newCDPSession(page));
    await reader.devtools.send('Target.setAutoAttach', {
      autoAttach: true,
      waitForDebuggerOnStart: false,
      flatten: false,
    });
    return reader;
  }

  /** MiB of the page and of all its workers together. */
  async read(): Promise<Readonly<Record<string, number>>> {
    const page = (await this.devtools.send('Runtime.getHeapUsage')) as Usage;
    const workers = await Promise.all([...this.workers].map((session) => this.ask(session)));
    const inWorkers = workers.reduce((total, { usedSize }) => total + usedSize, 0);
    return { 'page heap': page.usedSize / MIB, 'worker heap': inWorkers / MIB };
  }

  private async ask(sessionId: string): Promise<Usage> {
    const id = this.nextId++;
    const usage = new Promise<Usage>((resolve) => this.waiting.set(id, resolve));
    const message = JSON.stringify({ id, method: 'Runtime.getHeapUsage' });
    await this.devtools.send('Target.sendMessageToTarget', { sessionId, message });
    return usage.finally(() => this.waiting.delete(id));
  }
}
