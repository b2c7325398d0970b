// The chosen moment for panels: computed once, whichever of them asks.
import type { Analysis } from '../../app/analysis/result.ts';
import { packets } from './actions.ts';
import { momentAt, type Moment } from './moment.ts';
import type { NodeDirectory } from './node-directory.ts';
import { useSession } from './session-store.ts';
import { useView } from './view-store.ts';

interface Question {
  readonly analysis: Analysis;
  readonly nodes: NodeDirectory;
  readonly revision: number;
  readonly row: number | null;
  readonly time: number;
}
let last: { readonly question: Question; readonly moment: Moment } | null = null;

const isSame = (a: Question, b: Question): boolean =>
  a.analysis === b.analysis && a.nodes === b.nodes && a.revision === b.revision && a.row === b.row && a.time === b.time;

function answer(question: Question): Moment {
  if (last === null || !isSame(last.question, question)) {
    const { analysis, nodes, time, row } = question;
    last = { question, moment: momentAt(analysis, packets(), nodes, time, row) };
  }
  return last.moment;
}

/** Null while nothing is known of the capture, or no time is chosen. */
export function useMoment(): Moment | null {
  const analysis = useSession((state) => state.analysis);
  const nodes = useSession((state) => state.nodes);
  const revision = useSession((state) => state.revision);
  const row = useView((state) => state.row);
  const time = useView((state) => state.time);
  return analysis === null || time === null ? null : answer({ analysis, nodes, revision, row, time });
}
