// The labs of the windows: one a window at most, one of processes in all, since its nodes have fixed addresses.
import type { WebContents } from 'electron';
import type { LabPlace, OpenedSource, OpenProblem } from '../../../app/ipc/contract.ts';
import type { LabOptions, LabReply } from '../../../app/lab/lab-view.ts';
import { fail, ok, type Result } from '../../../protocol/base/result.ts';
import { helperProgram } from '../../node/capture/helper-command.ts';
import { WindowLab } from '../../node/lab/window/window-lab.ts';
import { forget, newSpool, remember } from './spools.ts';
import { serveSource, streamsFull } from '../streams.ts';
import { tell } from '../windows.ts';

interface OwnedLab {
  readonly owner: WebContents;
  readonly lab: WindowLab;
}

let running: OwnedLab | null = null;
let isStarting = false;

const refuse = (says: string): Result<never, OpenProblem> => fail({ kind: 'not-allowed', says });

export async function startLab(owner: WebContents, options: LabOptions): Promise<Result<OpenedSource, OpenProblem>> {
  if (options.kind === 'virtual') return refuse('a virtual lab runs in the window itself.');
  if (isStarting) return refuse('a lab is being started already.');
  if (running !== null && running.owner !== owner)
    return refuse('another window runs a lab on the same addresses: end it there first.');
  const full = streamsFull(owner);
  if (full !== null) return fail(full);
  isStarting = true;
  try {
    await running?.lab.end('kill');
    running = null;
    const spool = await newSpool(`lab-of-${options.nodes}`);
    const started = await WindowLab.start(options, {
      program: helperProgram('lab-node'),
      spool,
      changed: (snapshot) => tell(owner, 'lab.snapshot', { snapshot }),
    });
    if (!started.ok) {
      await forget(spool);
      return refuse(started.problem);
    }
    const lab = started.value;
    if (owner.isDestroyed()) {
      await lab.end('kill');
      return refuse('the window was closed.');
    }
    running = { owner, lab };
    // A lab whose window closes, or shows something else, has nobody left who could end it.
    const stream = serveSource(owner, lab.capture, async () => {
      await endLab(lab, 'kill');
      await remember(spool);
    });
    const name = `lab of ${options.nodes} processes`;
    const live = { kind: 'lab', lab: 'processes' } as const;
    return ok({ stream, name, path: spool, byteLength: 0, isCompressed: false, live });
  } finally {
    isStarting = false;
  }
}

async function endLab(lab: WindowLab, how: 'leave' | 'kill'): Promise<void> {
  await lab.end(how);
  if (running?.lab === lab) running = null;
}

export async function sayToLab(owner: WebContents, line: string): Promise<LabReply> {
  if (running?.owner !== owner) return { output: 'there is no lab in this window\n', exitCode: 1 };
  return running.lab.command(line);
}

export async function endLabOf(owner: WebContents): Promise<void> {
  if (running?.owner === owner) await endLab(running.lab, 'leave');
}

export async function runningLab(caller: WebContents): Promise<LabPlace | null> {
  if (running === null) return null;
  return running.owner === caller ? 'here' : 'elsewhere';
}

/** The window that had it shows it as ended, with all that it captured. */
export async function endOtherLab(caller: WebContents): Promise<void> {
  if (running !== null && running.owner !== caller) await endLab(running.lab, 'leave');
}
