// Who heard whom, how fast the token goes from node to node, how long rotations take, who asked for what again: over
// the whole capture, or over the stretch of time that is in view or marked.
import { useEffect, useMemo, useState, type ReactNode } from 'react';
import type { Analysis } from '../../../app/analysis/result.ts';
import type { Span } from '../../canvas/time-scale.ts';
import { packets } from '../../state/capture.ts';
import type { NodeDirectory } from '../../state/node-directory.ts';
import { useSession } from '../../state/session-store.ts';
import { useView } from '../../state/view-store.ts';
import { Pane } from '../../widgets/pane.tsx';
import {
  edgesOf,
  LinkCounter,
  ROTATION_BOUNDS,
  rotationBars,
  verdictOfLink,
  type Edge,
  type Heard,
  type Link,
} from './connectivity.ts';
import './links.css';

/** Rows that are counted at once, so that the window answers meanwhile. */
const COUNTED_AT_ONCE = 200_000;
/** Messages that are named of what a node asked for. */
const ASKED_SHOWN_MAX = 12;

const bare = (label: string): string => label.replace(/^node /, '');
const ms = (value: number | null): string => (value === null ? '–' : value.toPrecision(3));

interface Counted {
  readonly links: readonly (readonly Link[])[];
  readonly edges: readonly Edge[];
  readonly bars: readonly number[];
}

const SCOPES = { whole: 'the whole capture', view: 'what is in view', marked: 'the marked stretch' } as const;
type Scope = keyof typeof SCOPES;
/** Milliseconds that the view rests before it is counted anew. */
const REST_MS = 200;

/** The stretch that a choice stands for; null for all. */
function useSpan(scope: Scope): Span | null {
  const view = useView((state) => (scope === 'view' ? state.span : null));
  const marked = useView((state) => (scope === 'marked' ? state.marked : null));
  return view ?? marked;
}

/** Counts once the capture is read; null until then. */
function useCounted(span: Span | null): Counted | null {
  const analysis = useSession((state) => state.analysis);
  const nodes = useSession((state) => state.nodes);
  const phase = useSession((state) => state.phase);
  const [counted, setCounted] = useState<Counted | null>(null);
  useEffect(() => setCounted(null), [analysis, nodes, phase]);
  useEffect(() => {
    if (analysis === null || phase === 'reading' || phase === 'live') return undefined;
    const counter = new LinkCounter(packets(), nodes, span);
    let timer: ReturnType<typeof setTimeout> | null = null;
    const goOn = (): void => {
      timer = null;
      if (!counter.count(COUNTED_AT_ONCE)) timer = setTimeout(goOn);
      else {
        const links = counter.finish(analysis.requests);
        setCounted({ links, edges: edgesOf(links), bars: rotationBars(packets(), nodes, span) });
      }
    };
    timer = setTimeout(goOn, span === null ? 0 : REST_MS);
    return () => {
      if (timer !== null) clearTimeout(timer);
    };
  }, [analysis, nodes, phase, span]);
  return counted;
}

const SIGNS = { heard: '●', 'not heard': '✕', unknown: '·' } as const;

function Sign({ heard, way }: { readonly heard: Heard; readonly way: string }): ReactNode {
  const verdict = verdictOfLink(heard);
  const says = `${way}: ${verdict}; ${heard.heard} heard, ${heard.missed} missed`;
  return (
    <span className={`heard heard-${verdict.replace(' ', '-')}`} title={says} role="img" aria-label={says}>
      {SIGNS[verdict]}
    </span>
  );
}

function Matrix({ links, nodes }: { readonly links: Counted['links']; readonly nodes: NodeDirectory }): ReactNode {
  return (
    <table className="links-matrix">
      <caption>Who heard whom: unicast, then multicast. ● heard, ✕ not heard, · unknown</caption>
      <thead>
        <tr>
          <th scope="col">from \ to</th>
          {links.map((_row, to) => (
            <th key={nodes.nodes[to]?.nodeid} scope="col">
              {bare(nodes.nodes[to]?.label ?? '')}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {links.map((row, from) => (
          <tr key={nodes.nodes[from]?.nodeid}>
            <th scope="row">{bare(nodes.nodes[from]?.label ?? '')}</th>
            {row.map((link, to) => (
              <td key={nodes.nodes[to]?.nodeid}>
                {from === to ? null : (
                  <>
                    <Sign heard={link.unicast} way="unicast" /> <Sign heard={link.multicast} way="multicast" />
                  </>
                )}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Edges({ edges, nodes }: { readonly edges: readonly Edge[]; readonly nodes: NodeDirectory }): ReactNode {
  const name = (lane: number): string => bare(nodes.nodes[lane]?.label ?? '');
  return (
    <table>
      <caption>The token from node to node, ms</caption>
      <thead>
        <tr>
          {['hop', 'count', 'median', 'p99', 'max', 'then kept', 'sent again'].map((head) => (
            <th key={head} scope="col">
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {edges.map(({ from, to, hops, p50, p99, max, holdP50, sentAgain }) => (
          <tr key={`${from} ${to}`}>
            <th scope="row">
              {name(from)} → {name(to)}
            </th>
            <td>{hops.toLocaleString('en')}</td>
            <td>{ms(p50)}</td>
            <td>{ms(p99)}</td>
            <td>{ms(max)}</td>
            <td>{ms(holdP50)}</td>
            <td>{sentAgain.toLocaleString('en')}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const boundText = (bound: number): string =>
  bound < 1
    ? `${Math.round(bound * 1000)} µs`
    : bound < 1000
      ? `${Math.round(bound)} ms`
      : `${Math.round(bound / 1000)} s`;

function Histogram({ bars }: { readonly bars: readonly number[] }): ReactNode {
  const most = Math.max(1, ...bars);
  const seen = bars.flatMap((count, i) => (count > 0 ? [i] : []));
  const [first = 0, last = 0] = [seen[0], seen.at(-1)];
  return (
    <table className="links-bars">
      <caption>How long rotations took, at the representative</caption>
      <tbody>
        {bars.slice(first, last + 1).map((count, i) => (
          <tr key={ROTATION_BOUNDS[first + i] ?? 'more'}>
            <th scope="row">
              {first + i < ROTATION_BOUNDS.length ? `below ${boundText(ROTATION_BOUNDS[first + i] ?? 0)}` : 'longer'}
            </th>
            <td>
              <span className="bar" style={{ width: `${(count / most) * 100}%` }} />
            </td>
            <td>{count.toLocaleString('en')}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface AskedProps {
  readonly analysis: Analysis;
  readonly nodes: NodeDirectory;
  readonly span: Span | null;
}

function Asked({ analysis, nodes, span }: AskedProps): ReactNode {
  const { requests } = analysis;
  const asked = useMemo(() => {
    const byNode = new Map<number, { count: number; readonly seqs: number[] }>();
    for (let i = 0; i < requests.count; i++) {
      const at = requests.timeNs[i]!;
      if (span !== null && (at < span.from || at > span.to)) continue;
      const own = byNode.get(requests.nodeid[i]!) ?? { count: 0, seqs: [] };
      own.count++;
      if (own.seqs.length < ASKED_SHOWN_MAX) own.seqs.push(requests.seq[i]!);
      byNode.set(requests.nodeid[i]!, own);
    }
    return [...byNode].sort(([a], [b]) => a - b);
  }, [requests, span]);
  if (asked.length === 0) return <p className="muted">Nobody asked for a message again.</p>;
  return (
    <>
      <h3>Who asked for what again</h3>
      {asked.map(([nodeid, { count, seqs }]) => (
        <p key={nodeid}>
          <b>{nodes.label(nodeid)}</b> {count.toLocaleString('en')} times: seq {seqs.join(' ')}
          {count > seqs.length ? ' …' : ''}
        </p>
      ))}
    </>
  );
}

function ScopeChoice({ scope, onChange }: ScopeProps): ReactNode {
  const hasMarked = useView((state) => state.marked !== null);
  return (
    <select
      className="links-scope"
      aria-label="What is counted"
      value={scope}
      onChange={(event) => onChange(event.target.value as Scope)}
    >
      {Object.entries(SCOPES).map(([name, word]) => (
        <option key={name} value={name} disabled={name === 'marked' && !hasMarked}>
          {word}
        </option>
      ))}
    </select>
  );
}
interface ScopeProps {
  readonly scope: Scope;
  readonly onChange: (scope: Scope) => void;
}

export function Links(): ReactNode {
  const analysis = useSession((state) => state.analysis);
  const nodes = useSession((state) => state.nodes);
  const hasMarked = useView((state) => state.marked !== null);
  const [chosen, setChosen] = useState<Scope>('whole');
  // A mark that is taken away leaves the whole capture.
  const scope = chosen === 'marked' && !hasMarked ? 'whole' : chosen;
  const span = useSpan(scope);
  const counted = useCounted(span);
  return (
    <Pane id="links" title="Links" aside={<ScopeChoice scope={scope} onChange={setChosen} />}>
      <div className="links scroll" tabIndex={0} role="region" aria-label="who heard whom, and how fast">
        {counted === null ? (
          <p className="muted">Counted once the capture is read.</p>
        ) : (
          <>
            <Matrix links={counted.links} nodes={nodes} />
            <Edges edges={counted.edges} nodes={nodes} />
            <Histogram bars={counted.bars} />
          </>
        )}
        {analysis === null ? null : <Asked {...{ analysis, nodes, span }} />}
      </div>
    </Pane>
  );
}
