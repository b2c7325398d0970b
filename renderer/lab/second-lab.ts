// Before a lab is started: whether another one runs that has to end for it, and what the person says to that.
import { create } from 'zustand';
import type { LabOptions } from '../../app/lab/lab-view.ts';
import { bridge } from '../bridge/bridge.ts';
import { useView } from '../state/view-store.ts';
import { useLab } from './lab-store.ts';

/** A lab in this window, whose place the new one takes; or that of another one, which uses the same addresses. */
export type FirstLab =
  | { readonly kind: 'here'; readonly runsAs: LabOptions['kind']; readonly nodes: number }
  | { readonly kind: 'elsewhere' };

interface Question {
  readonly first: FirstLab;
  readonly answer: (isToEnd: boolean) => void;
}

export const useSecondLab = create<{ readonly question: Question | null }>(() => ({ question: null }));

async function firstLab(options: LabOptions): Promise<FirstLab | null> {
  const { snapshot } = useLab.getState();
  if (snapshot !== null && snapshot.phase !== 'ended')
    return { kind: 'here', runsAs: snapshot.options.kind, nodes: snapshot.nodes.length };
  const isInTheWay = options.kind === 'processes' && (await bridge.call('lab.running')) === 'elsewhere';
  return isInTheWay ? { kind: 'elsewhere' } : null;
}

/** The person's answer to the question that is shown; closing it is a no. */
export function answerSecondLab(isToEnd: boolean): void {
  const { question } = useSecondLab.getState();
  useSecondLab.setState({ question: null });
  useView.setState({ overlay: null });
  question?.answer(isToEnd);
}

/** Ends a lab that is in the way, where the person wants that. False: nothing is to be started. */
export async function makeRoom(options: LabOptions): Promise<boolean> {
  const first = await firstLab(options);
  if (first === null) return true;
  const isToEnd = await new Promise<boolean>((answer) => {
    useSecondLab.setState({ question: { first, answer } });
    useView.setState({ overlay: 'second-lab' });
  });
  if (isToEnd) await bridge.call(first.kind === 'here' ? 'lab.end' : 'lab.endOther');
  return isToEnd;
}
