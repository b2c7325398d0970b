// Starts a lab: three nodes as in the report at one click, or as the person chooses.
import { useState, type FormEvent, type ReactNode } from 'react';
import { LAB_NODES_MAX } from '../../app/lab/cluster.ts';
import type { LabOptions } from '../../app/lab/lab-view.ts';
import { labActions } from './lab-actions.ts';

/** The report's cluster, with a store that does what its authors meant. */
export const REPORT_LAB: LabOptions = {
  kind: 'processes',
  nodes: 3,
  dialect: 'corosync-1',
  transport: 'udp',
  tokenMs: 1000,
  behaviour: 'sound',
  withSheep: true,
  seed: 1,
};

/** The same in the simulator. */
export const VIRTUAL_LAB: LabOptions = { ...REPORT_LAB, kind: 'virtual' };

interface Choice {
  readonly name: keyof LabOptions;
  readonly label: string;
  readonly says: string;
  readonly values: readonly (readonly [value: string, label: string])[];
}

const CHOICES: readonly Choice[] = [
  {
    name: 'kind',
    label: 'runs as',
    says: 'Real processes over UDP; or the simulator, whose time can be stopped, stepped and gone back in.',
    values: [
      ['processes', 'processes on this machine'],
      ['virtual', 'a simulation'],
    ],
  },
  {
    name: 'dialect',
    label: 'speaks as',
    says: 'The generation of Corosync whose messages the nodes send.',
    values: [
      ['corosync-1', 'Corosync 1'],
      ['corosync-3', 'Corosync 3'],
    ],
  },
  {
    name: 'transport',
    label: 'transport',
    says: 'udp: one multicast for all; udpu: a copy for each member.',
    values: [
      ['udp', 'udp, multicast'],
      ['udpu', 'udpu, a copy each'],
    ],
  },
  {
    name: 'behaviour',
    label: 'store',
    says: 'sound: as its authors described it; faithful: sheepdog 0.3.0 with its faults.',
    values: [
      ['sound', 'sheepdog, sound'],
      ['faithful', 'sheepdog 0.3.0, faithful'],
      ['none', 'none'],
    ],
  },
];

function chosen(form: FormData): LabOptions {
  const text = (name: string): string => String(form.get(name) ?? '');
  const behaviour = text('behaviour');
  return {
    kind: text('kind') === 'virtual' ? 'virtual' : 'processes',
    nodes: Number(text('nodes')),
    dialect: text('dialect') === 'corosync-3' ? 'corosync-3' : 'corosync-1',
    transport: text('transport') === 'udpu' ? 'udpu' : 'udp',
    tokenMs: Number(text('tokenMs')),
    behaviour: behaviour === 'faithful' ? 'faithful' : 'sound',
    withSheep: behaviour !== 'none',
    seed: Number(text('seed')),
  };
}

function Select({ name, label, says, values }: Choice): ReactNode {
  return (
    <label className="start-field" title={says}>
      <span>{label}</span>
      <select name={name} defaultValue={String(REPORT_LAB[name])}>
        {values.map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

function Figure(props: {
  readonly name: 'nodes' | 'tokenMs' | 'seed';
  readonly label: string;
  readonly max: number;
}): ReactNode {
  const { name, label, max } = props;
  const value = Number(REPORT_LAB[name]);
  return (
    <label className="start-field">
      <span>{label}</span>
      <input name={name} type="number" min={1} max={max} step={1} required defaultValue={value} />
    </label>
  );
}

export function StartLab(): ReactNode {
  const [isChoosing, setIsChoosing] = useState(false);
  const onSubmit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    void labActions.start(chosen(new FormData(event.currentTarget)));
  };
  return (
    <section className="start-card" aria-labelledby="start-lab">
      <h3 id="start-lab">Start a lab</h3>
      <p>
        Three nodes on this machine&apos;s loopback, real processes that speak Totem over UDP, with a store on each. No
        privilege is needed.
      </p>
      {isChoosing ? (
        <form onSubmit={onSubmit}>
          <Figure name="nodes" label="nodes" max={LAB_NODES_MAX} />
          <Figure name="tokenMs" label="token timeout, ms" max={3_600_000} />
          <Figure name="seed" label="seed" max={2 ** 32 - 1} />
          {CHOICES.map((choice) => (
            <Select key={choice.name} {...choice} />
          ))}
          <p className="welcome-buttons">
            <button type="submit" className="primary">
              Start the lab
            </button>
            <button type="button" onClick={() => setIsChoosing(false)}>
              Back
            </button>
          </p>
        </form>
      ) : (
        <p className="welcome-buttons">
          <button type="button" className="primary" onClick={() => void labActions.start(REPORT_LAB)}>
            Start three nodes
          </button>
          <button type="button" onClick={() => void labActions.start(VIRTUAL_LAB)}>
            Simulate them
          </button>
          <button type="button" onClick={() => setIsChoosing(true)}>
            Choose…
          </button>
        </p>
      )}
    </section>
  );
}
