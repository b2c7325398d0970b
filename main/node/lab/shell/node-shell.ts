// One line of the shell of a node of ours.
import type { ToolResult } from '../../../../app/lab/shell/node-view.ts';
import { COMMANDS, type ShellContext } from './commands.ts';
import { runLineOf } from '../../../../app/lab/shell/words.ts';

export function runShell(context: ShellContext, line: string): Promise<ToolResult> {
  return runLineOf(line, async (name, args) => (await COMMANDS.get(name)?.(context, args)) ?? null);
}
