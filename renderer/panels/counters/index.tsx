// The counters panel: Corosync's counters by the names of its own tools, live, with a small history each. Of the lab's
// own nodes from inside, of others as the packets tell, which is marked.
import { useMemo, useState, type ReactNode } from 'react';
import { useLabAt, useLabHistory } from '../../lab/lab-history.ts';
import { selectNode } from '../../state/actions.ts';
import { useSession } from '../../state/session-store.ts';
import { useView } from '../../state/view-store.ts';
import { copyText } from '../../widgets/copy.ts';
import { Pane } from '../../widgets/pane.tsx';
import { counterRows, GAUGES, sparkline, type CounterCell, type CounterRow } from './layout.ts';
import './counters.css';

const WIDTH = 48;
const HEIGHT = 14;
const NO_COUNTERS = new Map();

const number = (value: number): string => String(value).replace(/\B(?=(\d{3})+$)/g, ',');

function rateText(rate: number | null): string {
  if (rate === null || rate === 0) return '';
  return rate < 10 ? `${rate.toFixed(1)}/s` : `${number(Math.round(rate))}/s`;
}

function titleOf({ key }: CounterRow, { value, isInside, inferred }: CounterCell): string {
  if (value === null) return `${key}: packets cannot tell`;
  if (!isInside) return `${key}: inferred from the packets of this capture`;
  const told = inferred === null ? 'packets cannot tell' : `the packets of this capture tell ${inferred}`;
  return `${key}: from inside the node; ${told}`;
}

function Cell({ row, cell }: { readonly row: CounterRow; readonly cell: CounterCell }): ReactNode {
  const { value, isInside, rate, history } = cell;
  const path = sparkline(history, GAUGES.has(row.name), WIDTH, HEIGHT);
  return (
    <td className={isInside ? 'counter' : 'counter counter-inferred'} title={titleOf(row, cell)}>
      <span className="counter-box">
        <svg width={WIDTH} height={HEIGHT} aria-hidden="true">
          {path === null ? null : <path d={path} />}
        </svg>
        <span className="counter-rate">{rateText(rate)}</span>
        <b>{value === null ? '–' : `${isInside ? '' : '≈ '}${number(value)}`}</b>
      </span>
    </td>
  );
}

function useRows(): { readonly nodeids: readonly number[]; readonly rows: readonly CounterRow[] } {
  const lab = useLabAt();
  const samples = useLabHistory((state) => state.samples);
  const time = useView((state) => state.time);
  const known = useSession((state) => state.nodes.nodes);
  const inferred = useSession((state) => state.analysis?.counters ?? null);
  return useMemo(() => {
    const own = lab?.nodes.map(({ spec }) => spec.nodeid) ?? [];
    const nodeids = [...own, ...known.map(({ nodeid }) => nodeid).filter((nodeid) => !own.includes(nodeid))];
    const isPast = lab !== null && lab.ago > 0 && time !== null;
    const until = isPast ? samples.filter((sample) => sample.time <= time) : samples;
    const shown = lab === null ? [] : until;
    const dialect = lab?.snapshot.options.dialect ?? 'corosync-3';
    return { nodeids, rows: counterRows(nodeids, shown, inferred ?? NO_COUNTERS, dialect) };
  }, [lab, samples, time, known, inferred]);
}

interface TableProps {
  readonly rows: readonly CounterRow[];
  readonly nodeids: readonly number[];
  readonly label: (nodeid: number) => string;
}

function Table({ rows, nodeids, label }: TableProps): ReactNode {
  const chosen = useView((state) => state.node);
  return (
    <div className="counters scroll" tabIndex={0} role="region" aria-label="counters of each node">
      <table>
        <thead>
          <tr>
            <th scope="col">counter</th>
            {nodeids.map((nodeid) => (
              <th key={nodeid} scope="col" className={nodeid === chosen ? 'counter-chosen' : undefined}>
                <button type="button" onClick={() => selectNode(nodeid === chosen ? null : nodeid)}>
                  {label(nodeid)}
                </button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.name}>
              <th scope="row" title={row.key}>
                {row.name}
              </th>
              {row.cells.map((cell, i) => (
                <Cell key={nodeids[i]} row={row} cell={cell} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function CounterTable(): ReactNode {
  const { nodeids, rows } = useRows();
  const lab = useLabAt();
  const nodes = useSession((state) => state.nodes);
  const [onlyMoved, setOnlyMoved] = useState(false);
  const shown = onlyMoved ? rows.filter(({ cells }) => cells.some(({ value }) => (value ?? 0) !== 0)) : rows;
  const label = (nodeid: number): string => {
    const own = lab?.nodes.find(({ spec }) => spec.nodeid === nodeid);
    return own === undefined ? nodes.label(nodeid) : `n${own.spec.number}`;
  };
  const lines = rows.flatMap(({ key, cells }) =>
    cells.map(({ value }, i) => `${label(nodeids[i] ?? 0)} ${key}=${value}`),
  );
  const aside = (
    <>
      <span>≈ inferred from packets</span>
      <button type="button" className="pane-button" aria-pressed={onlyMoved} onClick={() => setOnlyMoved(!onlyMoved)}>
        Not zero
      </button>
      <button type="button" className="pane-button" onClick={() => copyText(`${lines.join('\n')}\n`)}>
        Copy all
      </button>
    </>
  );
  return (
    <Pane id="counters" title="Counters" aside={aside}>
      {nodeids.length === 0 ? (
        <p className="nothing">Counters stand here once a capture is open, or a lab runs.</p>
      ) : (
        <Table rows={shown} nodeids={nodeids} label={label} />
      )}
    </Pane>
  );
}
