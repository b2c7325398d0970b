// A lab that tests talk to line by line, as a person at its prompt does; its addresses are taken while it runs.
import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { takeSheepPort } from '../sheep-port.ts';
import { PATIENCE_MS } from './until.ts';

const CLI = join(import.meta.dirname, '..', '..', '..', 'out', 'cli', 'totemlab.mjs');

export interface LabAnswer {
  readonly line: string;
  readonly out: string;
  readonly err: string;
  readonly code: number;
}

export class TalkingLab {
  private readonly child: ChildProcess;
  private readonly giveBack: () => Promise<void>;
  private said = '';
  private heard: () => void = () => undefined;

  private constructor(args: readonly string[], giveBack: () => Promise<void>) {
    this.giveBack = giveBack;
    this.child = spawn(process.execPath, [CLI, 'lab', '--json', ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.child.stdout?.on('data', (text: Buffer) => {
      this.said += text.toString();
      this.heard();
    });
    this.child.once('close', () => this.heard());
  }

  static async open(...args: string[]): Promise<TalkingLab> {
    return new TalkingLab(args, await takeSheepPort());
  }

  /** What came of a line; lines are asked one after the other. */
  async ask(line: string): Promise<LabAnswer> {
    this.said = '';
    this.child.stdin?.write(`${line}\n`);
    const end = Date.now() + PATIENCE_MS;
    for (;;) {
      const complete = this.said.split('\n').slice(0, -1);
      const found = complete.find((text) => text.startsWith('{"event":"line"'));
      if (found !== undefined) return JSON.parse(found) as LabAnswer;
      if (this.child.exitCode !== null || Date.now() > end) throw new Error(`no answer to ${line}: ${this.said}`);
      await new Promise<void>((done) => {
        const late = setTimeout(done, 1000);
        this.heard = () => {
          clearTimeout(late);
          done();
        };
      });
    }
  }

  async end(): Promise<void> {
    const gone = new Promise((done) => this.child.once('close', done));
    if (this.child.exitCode === null) {
      this.child.stdin?.end();
      await gone;
    }
    await this.giveBack();
  }
}
