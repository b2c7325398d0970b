// Node cards: what the capture tells of each node at the chosen moment. A card chooses its node everywhere.
import { useMemo, type ReactNode } from 'react';
import { selectNode } from '../../state/actions.ts';
import { packets } from '../../state/capture.ts';
import { STATE_LOOKS } from '../../state/looks.ts';
import { rowBefore, type Moment } from '../../state/moment.ts';
import type { KnownNode } from '../../state/node-directory.ts';
import { useSession } from '../../state/session-store.ts';
import { lengthText } from '../../canvas/time-scale.ts';
import { lastHeard } from '../../state/time/last-heard.ts';
import { progressAt, type Progress } from '../../state/time/progress.ts';
import { useMoment } from '../../state/use-moment.ts';
import { useView } from '../../state/view-store.ts';
import { activeFaults, type ActiveFaults } from '../../../app/lab/active-faults.ts';
import { runLine } from '../../lab/run-line.ts';
import { useLabAt, type LabAt } from '../../lab/lab-history.ts';
import { Pane } from '../../widgets/pane.tsx';
import { Crown } from '../mark.tsx';
import { LabDeeds, type OwnNode } from './lab-deeds.tsx';
import { briefText, captureFacts, labFacts, momentFacts, type Fact } from './layout.ts';
import { Nothing } from '../nothing.tsx';
import './nodes.css';

interface Known {
  readonly progress: ReadonlyMap<number, Progress>;
  readonly heard: ReadonlyMap<number, number>;
}

function useKnown(moment: Moment | null): Known {
  const analysis = useSession((state) => state.analysis);
  const nodes = useSession((state) => state.nodes);
  const row = useView((state) => state.row);
  return useMemo(() => {
    const progress = new Map<number, Progress>();
    if (moment === null || analysis === null) return { progress, heard: new Map() };
    for (const { id, members, token } of moment.rings)
      if (token !== null)
        for (const entry of progressAt(packets(), nodes, analysis.requests, id, members, token.row))
          progress.set(...entry);
    return { progress, heard: lastHeard(packets(), nodes, row ?? rowBefore(packets(), moment.time)) };
  }, [moment, analysis, nodes, row]);
}

function Facts({ facts }: { readonly facts: readonly Fact[] }): ReactNode {
  return facts.map(({ word, says, doc }) => (
    <span key={word} className="node-fact" title={doc}>
      <span>{word}</span>
      <span>{says}</span>
    </span>
  ));
}

interface CardProps {
  readonly node: KnownNode;
  readonly moment: Moment | null;
  readonly known: Known;
  readonly isChosen: boolean;
  /** Null of a node that is not of this lab, or without one. */
  readonly own: OwnNode | null;
  /** There are many: only the chosen one says all that is known of it. */
  readonly isDense: boolean;
}

function Head({ node, moment, isChosen, own }: Omit<CardProps, 'known' | 'isDense'>): ReactNode {
  const { nodeid, label, says } = node;
  const now = moment?.states.get(nodeid);
  // A node that the capture does not show yet is told of by the lab.
  const state = now === undefined ? (own?.view.status?.node.totem.state ?? null) : now.state;
  const isRepresentative =
    moment?.rings.some(({ rep, members }) => rep === nodeid && members.includes(nodeid)) ?? false;
  return (
    <button
      type="button"
      className="node-card"
      aria-pressed={isChosen}
      title={`${says}\n${now?.says ?? ''}`}
      onClick={() => selectNode(isChosen ? null : nodeid)}
    >
      <b>{label}</b>
      {isRepresentative ? <Crown says="representative of its ring" /> : null}
      {state === null ? (
        <span className="node-silent">{now?.says.split(':')[0] ?? own?.view.condition ?? ''}</span>
      ) : (
        <span className={`state state-${state}`} title={STATE_LOOKS[state].doc}>
          {state}
        </span>
      )}
    </button>
  );
}

/** So many nodes and more have cards that say little until they are chosen. */
const DENSE_FROM = 5;

function AllFacts({ node, moment, known, own }: CardProps): ReactNode {
  const analysis = useSession((state) => state.analysis);
  const { nodeid, addresses } = node;
  const progress = known.progress.get(nodeid) ?? null;
  return (
    <>
      {moment === null ? null : <Facts facts={momentFacts(node, moment, progress, known.heard.get(nodeid) ?? null)} />}
      {own === null ? null : <Facts facts={labFacts(own.view)} />}
      {analysis === null ? null : <Facts facts={captureFacts(node, analysis)} />}
      <span className="node-id">{[nodeid, ...addresses].join(' · ')}</span>
    </>
  );
}

function Card(props: CardProps): ReactNode {
  const { node, moment, known, isChosen, own, isDense } = props;
  const { nodeid } = node;
  const choose = (): void => selectNode(isChosen ? null : nodeid);
  return (
    <li className={isChosen ? 'node-box node-chosen' : 'node-box'} data-node={own?.view.spec.number}>
      <Head {...props} />
      {own === null ? null : <LabDeeds {...own} />}
      {isDense && !isChosen ? (
        <p className="node-facts node-brief" title="Choose the node to read all that is known of it" onClick={choose}>
          {briefText(node, moment, known.progress.get(nodeid) ?? null, own?.view ?? null)}
        </p>
      ) : (
        <div className="node-facts" onClick={choose}>
          <AllFacts {...props} />
        </div>
      )}
    </li>
  );
}

/** Nodes of the capture, and those of the lab that it does not show yet. */
function allNodes(known: readonly KnownNode[], lab: LabAt | null): readonly KnownNode[] {
  const seen = new Set(known.map(({ nodeid }) => nodeid));
  const unseen = (lab?.nodes ?? []).filter(({ spec }) => !seen.has(spec.nodeid));
  return [
    ...known,
    ...unseen.map(({ spec: { number, nodeid, ip } }) => {
      const says = `node id ${nodeid} · ${ip}`;
      return { nodeid, label: `n${number}`, says, addresses: [ip] };
    }),
  ];
}

const NO_FAULTS: ReadonlyMap<string, string> = new Map();

/** Faults in force at the moment that is shown. */
function useActive(lab: LabAt | null, time: number | null): ActiveFaults {
  const faults = lab?.snapshot.faults ?? null;
  const count = lab?.snapshot.nodes.length ?? 0;
  const isPast = (lab?.ago ?? 0) > 0;
  return useMemo(() => {
    const until = isPast && time !== null ? packets().epochNs + BigInt(Math.round(time)) : null;
    return activeFaults(faults ?? [], until, count);
  }, [faults, isPast, time, count]);
}

function Aside({ lab, count }: { readonly lab: LabAt | null; readonly count: number }): ReactNode {
  if (lab === null) return <span>{count} in this capture</span>;
  const { phase, options } = lab.snapshot;
  const running = lab.nodes.filter(({ condition }) => condition === 'running').length;
  return (
    <>
      <span>
        {running} of {lab.nodes.length} run{lab.ago > 0 ? `, ${lengthText(lab.ago)} ago` : ''}
      </span>
      {phase === 'ended' || options.kind === 'virtual' ? null : (
        <button type="button" className="pane-button" title="add" onClick={() => void runLine('add')}>
          Add a node
        </button>
      )}
      {phase === 'ended' ? null : (
        <button type="button" className="pane-button" title="heal" onClick={() => void runLine('heal')}>
          Heal the network
        </button>
      )}
    </>
  );
}

export function NodeCards(): ReactNode {
  const nodes = useSession((state) => state.nodes);
  const chosen = useView((state) => state.node);
  const time = useView((state) => state.time);
  const moment = useMoment();
  const known = useKnown(moment);
  const lab = useLabAt();
  const active = useActive(lab, time);
  const numbers = (lab?.nodes ?? []).map(({ spec }) => spec.number);
  const shown = allNodes(nodes.nodes, lab);
  const isDense = shown.length >= DENSE_FROM;
  const hasSheep = lab?.snapshot.options.withSheep === true;
  const has = { sheep: hasSheep, disk: hasSheep || lab?.snapshot.options.kind === 'processes' };
  const isPast = (lab?.ago ?? 0) > 0 || lab?.snapshot.phase === 'ended';
  return (
    <Pane id="nodes" title="Nodes" aside={<Aside lab={lab} count={nodes.nodes.length} />}>
      <ul className={isDense ? 'nodes nodes-dense scroll' : 'nodes scroll'} aria-label="nodes" tabIndex={0}>
        {shown.map((node) => {
          const view = lab?.nodes.find(({ spec }) => spec.nodeid === node.nodeid);
          const number = view?.spec.number ?? 0;
          const others = numbers.filter((other) => other !== number);
          const own =
            view === undefined ? null : { view, others, active: active.get(number) ?? NO_FAULTS, isPast, isDense, has };
          return (
            <Card key={node.nodeid} {...{ node, moment, known, own, isDense }} isChosen={node.nodeid === chosen} />
          );
        })}
      </ul>
      {shown.length === 0 ? <Nothing /> : null}
    </Pane>
  );
}
