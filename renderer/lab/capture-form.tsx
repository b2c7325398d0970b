// Captures from an interface: which, by which program, through which filter. What is missing is said with the command
// that mends it.
import { useEffect, useState, type FormEvent, type ReactNode } from 'react';
import {
  DEFAULT_CAPTURE_FILTER,
  type CaptureBackend,
  type CaptureInterfaces,
  type InterfacePackets,
} from '../../app/session/live-capture.ts';
import { bridge } from '../bridge/bridge.ts';
import { startCapture } from './capture-actions.ts';

const BACKENDS: Readonly<Record<CaptureBackend, readonly [name: string, says: string]>> = {
  tcpdump: ['tcpdump', 'times by the kernel’s clock, drops are counted'],
  cap: ['cap', 'times by this program’s clock, drops are not counted'],
};

/** Totem's packets on each interface since the form is there; null while that cannot be told. */
function useSeen(): InterfacePackets | null {
  const [seen, setSeen] = useState<InterfacePackets | null>(null);
  useEffect(() => {
    const stop = bridge.on('capture.seen', setSeen);
    void bridge.call('capture.watch', true);
    return () => {
      stop();
      void bridge.call('capture.watch', false);
    };
  }, []);
  return seen;
}

function BackendField({ backends }: Pick<CaptureInterfaces, 'backends'>): ReactNode {
  const [backend = backends[0], setBackend] = useState<CaptureBackend>();
  return (
    <label className="start-field">
      <span>by</span>
      <select name="backend" onChange={(event) => setBackend(event.target.value as CaptureBackend)}>
        {backends.map((own) => (
          <option key={own} value={own}>
            {BACKENDS[own][0]}
          </option>
        ))}
      </select>
      {backend === undefined ? null : <span className="start-hint muted">{BACKENDS[backend][1]}</span>}
    </label>
  );
}

function Interfaces({ interfaces, backends }: CaptureInterfaces): ReactNode {
  const seen = useSeen();
  const countOf = (name: string): number | undefined =>
    seen?.counts.find((counted) => counted.interface === name)?.packets;
  const first = interfaces.find(({ isUp }) => isUp !== false)?.name;
  const onSubmit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    void startCapture({
      interface: String(form.get('interface') ?? ''),
      backend: form.get('backend') === 'cap' ? 'cap' : 'tcpdump',
      filter: String(form.get('filter') ?? '').trim(),
    });
  };
  return (
    <form onSubmit={onSubmit}>
      <fieldset className="start-interfaces">
        <legend>interface</legend>
        {interfaces.map(({ name, addresses, isUp }) => (
          <label key={name}>
            <input type="radio" name="interface" value={name} required defaultChecked={name === first} />
            <b>{name}</b>
            <span className="muted">{isUp === false ? 'down' : addresses.join(' ')}</span>
            <output
              className="start-count"
              aria-label={`packets on ${name}`}
              title="Packets on Totem’s ports, 5404 and 5405, since this is shown"
            >
              {seen?.problem == null ? (countOf(name)?.toLocaleString('en') ?? '') : ''}
            </output>
          </label>
        ))}
      </fieldset>
      {seen?.problem == null ? null : (
        <p className="start-problem" role="alert">
          {seen.problem}
        </p>
      )}
      <BackendField backends={backends} />
      <label className="start-field">
        <span>filter</span>
        <input name="filter" spellCheck={false} defaultValue={DEFAULT_CAPTURE_FILTER} />
      </label>
      <p className="welcome-buttons">
        <button type="submit" className="primary" disabled={backends.length === 0}>
          Start the capture
        </button>
      </p>
    </form>
  );
}

export function CaptureForm(): ReactNode {
  const [found, setFound] = useState<CaptureInterfaces | null>(null);
  useEffect(() => {
    let isWanted = true;
    void bridge.call('capture.interfaces').then((list) => isWanted && setFound(list));
    return () => {
      isWanted = false;
    };
  }, []);
  return (
    <section className="start-card" aria-labelledby="start-capture">
      <h3 id="start-capture">Capture from an interface</h3>
      {found === null || found.interfaces.length === 0 ? (
        <p className="muted">A browser captures nothing: npm start opens the window that does.</p>
      ) : (
        <Interfaces {...found} />
      )}
      {found !== null && found.interfaces.length > 0 && found.backends.length === 0 ? (
        <p role="alert">
          No program to capture with is installed: <code>apt install tcpdump</code>
        </p>
      ) : null}
    </section>
  );
}
