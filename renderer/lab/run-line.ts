// What a click says to the lab: a line of its prompt. What came of it is said only where it failed.
import { useSession } from '../state/session-store.ts';
import { labActions } from './lab-actions.ts';

export async function runLine(line: string): Promise<void> {
  const { output, exitCode } = await labActions.command(line);
  if (exitCode !== 0) useSession.setState({ notice: `${line}: ${output.trim() || `exit code ${exitCode}`}` });
}
