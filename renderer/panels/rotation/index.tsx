// Beside the picture of a ring: what each member did in the last rotation, and from inside how much it has waiting.
import { useMemo, type ReactNode } from 'react';
import { lengthText } from '../../canvas/time-scale.ts';
import { useLabAt } from '../../lab/lab-history.ts';
import { selectNode } from '../../state/actions.ts';
import { packets } from '../../state/capture.ts';
import type { Moment } from '../../state/moment.ts';
import type { NodeDirectory } from '../../state/node-directory.ts';
import { rotationFigures, type NodeFigures } from './layout.ts';
import { useView } from '../../state/view-store.ts';
import { HiddenTable } from '../../widgets/hidden-table.tsx';
import './rotation.css';

/** Members of all rings together that have a line beside the picture; with more the table is for readers only. */
const LINES_MAX = 8;

const HEADS: readonly (readonly [word: string, doc: string])[] = [
  ['node', 'members in ring order'],
  ['held', 'from the token’s coming to its going, in the last rotation'],
  ['sent', 'multicasts that left in the last rotation'],
  ['again', 'multicasts sent again for others in the last rotation'],
  ['seq', 'of the token that it sent last'],
  ['aru', 'of the token that it sent last: all had received up to'],
  ['waits', 'packets that wait for the token, from inside'],
];

interface Line extends NodeFigures {
  readonly label: string;
  /** Null of a node that is not of the lab. */
  readonly backlog: number | null;
}

const text = (value: number | null): string => (value === null ? '–' : String(value));

function cellsOf({ label, held, sent, again, seq, aru, backlog }: Line): readonly string[] {
  return [label, held === null ? '–' : lengthText(held), `${sent}`, `${again}`, text(seq), text(aru), text(backlog)];
}

function useLines(moment: Moment | null, nodes: NodeDirectory): readonly Line[] {
  const lab = useLabAt();
  return useMemo(() => {
    const backlogs = new Map(
      (lab?.nodes ?? []).flatMap(({ spec, status }) =>
        status === null ? [] : [[spec.nodeid, status.node.totem.backlog] as const],
      ),
    );
    return (moment?.rings ?? []).flatMap(({ id, members, token }) =>
      token === null
        ? []
        : rotationFigures(packets(), nodes, id, members, token.row).map((figures) => ({
            ...figures,
            label: nodes.label(figures.nodeid),
            backlog: backlogs.get(figures.nodeid) ?? null,
          })),
    );
  }, [moment, nodes, lab]);
}

export function RingFigures({ moment, nodes }: RingFiguresProps): ReactNode {
  const lines = useLines(moment, nodes);
  const chosen = useView((state) => state.node);
  return (
    <>
      <HiddenTable
        caption="members in the last rotation"
        heads={HEADS.map(([word]) => word)}
        rows={lines.map(cellsOf)}
      />
      {lines.length === 0 || lines.length > LINES_MAX ? null : (
        <table className="ring-figures" aria-hidden="true">
          <thead>
            <tr>
              {HEADS.map(([word, doc]) => (
                <th key={word} title={doc}>
                  {word}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {lines.map((line) => (
              <tr
                key={line.nodeid}
                className={line.nodeid === chosen ? 'ring-figures-chosen' : undefined}
                onClick={() => selectNode(line.nodeid)}
              >
                {cellsOf(line).map((cell, i) => (
                  <td key={i}>{cell}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </>
  );
}
interface RingFiguresProps {
  readonly moment: Moment | null;
  readonly nodes: NodeDirectory;
}
