// The traffic panel: messages to a group and object I/O from a node of the lab, and what of it arrived.
import { useState, type ReactNode } from 'react';
import type { LabReply } from '../../../app/lab/lab-view.ts';
import { labActions } from '../../lab/lab-actions.ts';
import { useLab } from '../../lab/lab-store.ts';
import { selectNode } from '../../state/actions.ts';
import { useView } from '../../state/view-store.ts';
import { Pane } from '../../widgets/pane.tsx';
import { loadLine, loadProblem, objectDeeds, workProblem, type Load, type ObjectWork } from './deeds.ts';
import { TrafficFigures } from './figures.tsx';
import './traffic.css';

interface FieldProps {
  readonly word: string;
  readonly value: string;
  readonly unit: string;
  readonly onChange: (value: string) => void;
}

function Field({ word, value, unit, onChange }: FieldProps): ReactNode {
  return (
    <label className="traffic-field">
      <span>{word}</span>
      <input value={value} spellCheck={false} onChange={(event) => onChange(event.target.value)} />
      <span>{unit}</span>
    </label>
  );
}

/** Runs one line at a time and keeps what it came to. */
function useReply(): readonly [LabReply | null, string | null, (line: string) => void] {
  const [reply, setReply] = useState<LabReply | null>(null);
  const [running, setRunning] = useState<string | null>(null);
  const run = (line: string): void => {
    setRunning(line);
    void labActions.command(line).then((came) => {
      setReply(came);
      setRunning(null);
    });
  };
  return [reply, running, run];
}

function GroupLoad({ node, onRun }: { readonly node: number; readonly onRun: (line: string) => void }): ReactNode {
  const [load, setLoad] = useState<Load>({ size: '1000', rate: '100', seconds: '10' });
  const problem = loadProblem(load);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (problem === null) onRun(loadLine(node, load));
      }}
    >
      <h3>Messages to a group</h3>
      <div className="traffic-fields">
        <Field word="size" value={load.size} unit="octets" onChange={(size) => setLoad({ ...load, size })} />
        <Field
          word="rate"
          value={load.rate}
          unit="a second, 0: all it can"
          onChange={(rate) => setLoad({ ...load, rate })}
        />
        <Field word="for" value={load.seconds} unit="s" onChange={(seconds) => setLoad({ ...load, seconds })} />
        <button type="submit" disabled={problem !== null} title={loadLine(node, load)}>
          Send from node {node}
        </button>
      </div>
      {problem === null ? null : <p className="traffic-problem">{problem}</p>}
    </form>
  );
}

function ObjectForm({ node, onRun, isBusy }: ObjectFormProps): ReactNode {
  const [work, setWork] = useState<ObjectWork>({ copies: '2', name: 'VM1', size: '64M' });
  const problem = workProblem(work);
  return (
    <div>
      <h3>Object I/O</h3>
      <div className="traffic-fields">
        <Field word="copies" value={work.copies} unit="" onChange={(copies) => setWork({ ...work, copies })} />
        <Field word="image" value={work.name} unit="" onChange={(name) => setWork({ ...work, name })} />
        <Field word="size" value={work.size} unit="" onChange={(size) => setWork({ ...work, size })} />
      </div>
      <div className="traffic-fields" role="group" aria-label={`object I/O from node ${node}`}>
        {objectDeeds(node, work).map(({ verb, line, doc }) => (
          <button
            key={verb}
            type="button"
            disabled={problem !== null || isBusy}
            title={`${line}\n${doc}`}
            onClick={() => onRun(line)}
          >
            {verb}
          </button>
        ))}
      </div>
      {problem === null ? null : <p className="traffic-problem">{problem}</p>}
    </div>
  );
}
interface ObjectFormProps {
  readonly node: number;
  readonly onRun: (line: string) => void;
  readonly isBusy: boolean;
}

export function Traffic(): ReactNode {
  const snapshot = useLab((state) => state.snapshot);
  const chosen = useView((state) => state.node);
  const [reply, running, run] = useReply();
  const nodes = snapshot?.nodes ?? [];
  const own = nodes.find(({ spec }) => spec.nodeid === chosen) ?? nodes[0];
  if (snapshot === null || own === undefined)
    return (
      <Pane id="traffic" title="Traffic">
        <p className="nothing">Messages and object I/O can be made here once a lab runs. Start a lab.</p>
      </Pane>
    );
  const { number } = own.spec;
  const from = (
    <label>
      from{' '}
      <select
        className="traffic-node"
        value={own.spec.nodeid}
        onChange={(event) => selectNode(Number(event.target.value))}
      >
        {nodes.map(({ spec }) => (
          <option key={spec.number} value={spec.nodeid}>
            node {spec.number}
          </option>
        ))}
      </select>
    </label>
  );
  return (
    <Pane id="traffic" title="Traffic" aside={from}>
      <div className="traffic scroll" tabIndex={0} role="region" aria-label="traffic of the lab">
        <GroupLoad node={number} onRun={run} />
        {snapshot.options.withSheep ? <ObjectForm node={number} onRun={run} isBusy={running !== null} /> : null}
        <p className="traffic-reply" role="status">
          {running !== null
            ? `${running} …`
            : reply === null
              ? ''
              : reply.output.trim() || `exit code ${reply.exitCode}`}
        </p>
        <TrafficFigures />
      </div>
    </Pane>
  );
}
