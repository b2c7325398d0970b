// What a person can do to the lab of this window. Everything but starting and ending it is a line of the lab's prompt,
// and stands in the command log as such.
import type { LabOptions, LabReply, LabSnapshot } from '../../app/lab/lab-view.ts';
import { bridge } from '../bridge/bridge.ts';
import { openLive } from '../state/actions.ts';
import { useSession } from '../state/session-store.ts';
import { makeRoom } from './second-lab.ts';
import { beginLab, keepSnapshot, LAB_LOG_MAX, useLab } from './lab-store.ts';

function keep(line: string): void {
  const { log } = useLab.getState();
  useLab.setState({ log: [...log.slice(1 - LAB_LOG_MAX), { atMs: Date.now(), line }] });
}

/** Takes over what is told of the lab. */
export function takeSnapshot(snapshot: LabSnapshot | null): void {
  const before = useLab.getState().snapshot?.problem ?? null;
  if (!keepSnapshot(snapshot)) return;
  const problem = snapshot?.problem ?? null;
  if (problem !== null && problem !== before) useSession.setState({ notice: problem });
}

/** As the command line would start it. */
function startLine({ kind, nodes, dialect, transport, tokenMs, behaviour, withSheep, seed }: LabOptions): string {
  const what = `--nodes ${nodes} --dialect ${dialect} --transport ${transport} --token ${tokenMs}`;
  const store = withSheep ? ` --behaviour ${behaviour}` : ' --no-sheep';
  return kind === 'processes' ? `totemlab lab ${what}${store}` : `# virtual lab: ${what} --seed ${seed}`;
}

export const labActions = {
  /** Resolves once the lab has begun and its capture is shown; else with the reason in a sentence. */
  async start(options: LabOptions): Promise<string | null> {
    if (!(await makeRoom(options))) return 'another lab runs';
    return openLive(() => {
      beginLab();
      keep(startLine(options));
      return bridge.call('lab.start', options);
    });
  },
  /** What it captured stays in the window. */
  async end(): Promise<void> {
    keep('quit');
    await bridge.call('lab.end');
  },
  /** A line of the lab's prompt: `fault kill 2`, `n1> collie node list`, `traffic 1 size=1000`. */
  async command(line: string): Promise<LabReply> {
    keep(line);
    return bridge.call('lab.command', line);
  },
  /** What has come since of a command that goes on: said by itself, so it stands in no log. */
  goOn: (line: string): Promise<LabReply> => bridge.call('lab.command', line),
};
