// Usage, copies and recovery of each node: what lies there, what placement wants there, what is still to be fetched.
import type { ReactNode } from 'react';
import type { LabNodeView } from '../../../app/lab/lab-view.ts';
import type { StoreMap } from '../../../app/lab/objects/store-map.ts';
import type { ShownStore } from '../../lab/use-store-map.ts';
import { useWhatIf } from '../../lab/what-if-store.ts';
import { selectNode } from '../../state/actions.ts';
import { useView } from '../../state/view-store.ts';
import { sizeText } from '../objects/words.ts';

interface NodeCopies {
  readonly wanted: number;
  readonly here: number;
  readonly missing: number;
  readonly stray: number;
}

/** Copies on each node, by place in the map's nodes. */
function copiesOf({ nodes, objects }: StoreMap): readonly NodeCopies[] {
  const counts = nodes.map(() => ({ wanted: 0, here: 0, missing: 0, stray: 0 }));
  for (const { wanted, held } of objects) {
    const isKnown = held?.includes('now') ?? false;
    for (const [i, count] of counts.entries()) {
      const isWanted = wanted.includes(i);
      const isHere = held?.[i] === 'now';
      if (isWanted) count.wanted++;
      if (isHere) count.here++;
      if (isKnown && isWanted && !isHere) count.missing++;
      if (isHere && !isWanted) count.stray++;
    }
  }
  return counts;
}

function Bar({ share, word }: { readonly share: number; readonly word: string }): ReactNode {
  return (
    <span className={`store-bar store-bar-${word}`} aria-hidden="true">
      <i style={{ width: `${Math.min(100, Math.max(0, share * 100))}%` }} />
    </span>
  );
}

function Recovery({ node, missing }: RecoveryProps): ReactNode {
  const sheep = node?.status?.sheep ?? null;
  if (node === undefined) return null;
  if (node.condition !== 'running') return <span className="store-quiet">{node.condition}</span>;
  if (sheep === null) return <span className="store-quiet">no sheep</span>;
  const { recovery } = sheep;
  // Disks are looked at less often than nodes are asked.
  if (recovery === null) return <span className="store-quiet">{missing > 0 ? 'not yet' : 'recovered'}</span>;
  return (
    <span>
      <Bar share={recovery.total === 0 ? 0 : recovery.done / recovery.total} word="recovery" /> fetches for epoch{' '}
      {recovery.epoch}: {recovery.done} of {recovery.total}
    </span>
  );
}

interface RecoveryProps {
  readonly node: LabNodeView | undefined;
  readonly missing: number;
}

export function Usage({ shown, nodes }: UsageProps): ReactNode {
  const { map, source } = shown;
  const chosen = useView((state) => state.node);
  const plan = useWhatIf((state) => state.result);
  const counts = copiesOf(map);
  const most = Math.max(1, ...counts.map(({ wanted, here }) => Math.max(wanted, here)));
  return (
    <table className="stores-table">
      <thead>
        <tr>
          <th scope="col">node</th>
          <th scope="col">copies</th>
          <th scope="col">{source === 'lab' ? 'on disk' : 'disk'}</th>
          <th scope="col">recovery</th>
          {plan === null ? null : <th scope="col">then</th>}
        </tr>
      </thead>
      <tbody>
        {map.nodes.map(({ name, address, nodeid, number, used, free, isMember }, i) => {
          const { wanted, here, missing, stray } = counts[i] ?? { wanted: 0, here: 0, missing: 0, stray: 0 };
          const after = plan?.load.get(address);
          return (
            <tr key={address} className={nodeid !== null && nodeid === chosen ? 'store-chosen' : undefined}>
              <th scope="row">
                <button
                  type="button"
                  disabled={nodeid === null}
                  title={isMember ? address : `${address}, no member of this epoch`}
                  onClick={() => selectNode(nodeid)}
                >
                  {name}
                </button>
                {isMember ? null : <span className="store-quiet"> out</span>}
              </th>
              <td title={`${here} of this epoch on disk, ${wanted} wanted by placement`}>
                <Bar share={(source === 'lab' ? here : wanted) / most} word="copies" />
                {source === 'lab' ? `${here} of ${wanted}` : `${wanted} wanted`}
                {missing > 0 ? <b className="store-odd"> {missing} missing</b> : null}
                {stray > 0 ? <b className="store-odd"> {stray} left over</b> : null}
              </td>
              <td>
                {used === null ? '–' : sizeText(used)}
                {free === null ? null : <span className="store-quiet"> {sizeText(free)} free</span>}
              </td>
              <td>
                <Recovery node={nodes.find(({ spec }) => spec.number === number)} missing={missing} />
              </td>
              {plan === null ? null : <td>{after === undefined ? 'gone' : `${after} copies`}</td>}
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
interface UsageProps {
  readonly shown: ShownStore;
  readonly nodes: readonly LabNodeView[];
}
