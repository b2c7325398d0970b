// What the window shows before a capture is open: what to do, samples, what was opened before, why the last one would
// not open.
import type { ReactNode } from 'react';
import { CaptureForm } from '../lab/capture-form.tsx';
import { StartLab } from '../lab/start-lab.tsx';
import { chooseCapture, openCapture, showOverlay } from '../state/actions.ts';
import { folderOf } from './folder.ts';
import { useSession } from '../state/session-store.ts';
import { useView } from '../state/view-store.ts';

/** Later fragments of a datagram have no ports, and recovery sends datagrams that are fragmented. */
const TCPDUMP = "tcpdump -i any -s 0 -w ring.pcap 'udp portrange 5404-5405 or ip[6:2] & 0x1fff != 0'";

function Samples(): ReactNode {
  const samples = useView((state) => state.samples);
  if (samples.length === 0) return null;
  return (
    <section aria-labelledby="samples-title">
      <h3 id="samples-title">Real ones to try</h3>
      <ul className="samples">
        {samples.map(({ path, title, says }) => (
          <li key={path}>
            <button type="button" className="sample" title={path} onClick={() => void openCapture(path)}>
              <b className="sample-title">{title}</b>
              <span>{says}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Recent(): ReactNode {
  const recent = useSession((state) => state.recent);
  if (recent.length === 0) return null;
  return (
    <section aria-labelledby="recent-title">
      <h3 id="recent-title">Opened before</h3>
      <ul>
        {recent.map(({ path, name }) => (
          <li key={path}>
            <button type="button" className="link" title={path} onClick={() => void openCapture(path)}>
              {folderOf(path)}
              {name}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

export function Welcome(): ReactNode {
  const phase = useSession((state) => state.phase);
  const problem = useSession((state) => state.problem);
  if (phase === 'opening') return <p className="welcome">Opening…</p>;
  return (
    <div className="welcome">
      <h2>See a Corosync ring work</h2>
      {problem === null ? null : (
        <p className="welcome-problem" role="alert">
          {problem}
        </p>
      )}
      <div className="start-cards">
        <StartLab />
        <section className="start-card" aria-labelledby="start-open">
          <h3 id="start-open">Open a capture</h3>
          <p>
            Drop files here, choose one, or start with <code>npm start -- FILE</code>. Captures of tcpdump and
            Wireshark, pcap or pcapng, gzipped or not, of Corosync 1, 2 and 3; encrypted ones together with their
            authkey.
          </p>
          <p className="welcome-buttons">
            <button type="button" className="primary" onClick={() => void chooseCapture()}>
              Open a capture…
            </button>
            <button type="button" onClick={() => showOverlay('glossary')}>
              Read the glossary
            </button>
          </p>
          <p className="muted">
            To make one on a cluster node:
            <code className="welcome-line">{TCPDUMP}</code>
          </p>
        </section>
        <CaptureForm />
      </div>
      <Samples />
      <Recent />
    </div>
  );
}
