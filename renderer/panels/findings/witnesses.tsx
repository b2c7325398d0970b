// Other witnesses beside the packets: how far the nodes' logs bear them out, and the timers that a configuration puts
// in force.
import type { ReactNode } from 'react';
import { useWitnesses } from '../../session/witnesses.ts';
import { useSession } from '../../state/session-store.ts';

export function Witnesses(): ReactNode {
  const { reports, conf } = useWitnesses();
  const nodes = useSession((state) => state.nodes);
  if (reports.length === 0 && conf === null) return null;
  const { token = 0, tokenRetransmit = 0, consensus = 0, join = 0, merge = 0 } = conf?.timers ?? {};
  const timers = `token ${token} ms, token_retransmit ${tokenRetransmit} ms, consensus ${consensus} ms`;
  return (
    <section aria-label="witnesses">
      <h3>Logs and configuration</h3>
      {reports.map(({ node, nodeid, matched, events, offsetMs }) => (
        <p key={node} className="witness">
          <b>{nodeid === null ? node : nodes.label(nodeid)}</b>: {matched} of {events} lines borne out by packets;{' '}
          {offsetMs === null ? 'its clock cannot be told' : `its clock is ${offsetMs.toFixed(0)} ms off the capture's`}
        </p>
      ))}
      {conf === null ? null : (
        <p className="witness">
          <b>{conf.name}</b>: {timers}, join {join} ms, merge {merge} ms
        </p>
      )}
    </section>
  );
}
