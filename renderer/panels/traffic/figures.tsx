// What of the traffic arrived at each node, and how fast: messages delivered, octets, what waits, what was refused.
import type { ReactNode } from 'react';
import type { LabNodeView } from '../../../app/lab/lab-view.ts';
import { useLabAt, useLabHistory, type LabSample } from '../../lab/lab-history.ts';
import { sizeText } from '../objects/words.ts';

/** Nanoseconds over which rates are told. */
const RATE_OVER = 3e9;

const statusIn = (sample: LabSample | undefined, number: number): LabNodeView['status'] =>
  sample?.nodes.find(({ spec }) => spec.number === number)?.status ?? null;

/** Messages and octets a second that were delivered at a node lately; null where too little is known. */
function deliveredRate(
  samples: readonly LabSample[],
  number: number,
): { readonly messages: number; readonly octets: number } | null {
  const last = samples.at(-1);
  const first = samples.find(({ time }) => last !== undefined && last.time - time <= RATE_OVER);
  const [now, then] = [statusIn(last, number), statusIn(first, number)];
  if (last === undefined || first === undefined || now === null || then === null || last.time === first.time)
    return null;
  const seconds = (last.time - first.time) / 1e9;
  const messages = now.delivered.messages - then.delivered.messages;
  if (messages < 0) return null;
  return { messages: messages / seconds, octets: (now.delivered.octets - then.delivered.octets) / seconds };
}

export function TrafficFigures(): ReactNode {
  const lab = useLabAt();
  const samples = useLabHistory((state) => state.samples);
  if (lab === null) return null;
  const newest = samples.at(-1)?.time ?? 0;
  const until = lab.ago > 0 ? samples.filter(({ time }) => time <= newest - lab.ago) : samples;
  return (
    <table className="traffic-figures">
      <thead>
        <tr>
          <th scope="col">node</th>
          <th scope="col">delivered</th>
          <th scope="col">a second</th>
          <th scope="col">sent</th>
          <th scope="col">refused</th>
          <th scope="col">waiting</th>
        </tr>
      </thead>
      <tbody>
        {lab.nodes.map(({ spec: { number }, status, condition }) => {
          const rate = deliveredRate(until, number);
          return (
            <tr key={number}>
              <th scope="row">n{number}</th>
              {status === null ? (
                <td colSpan={5}>{condition === 'running' ? 'does not answer' : condition}</td>
              ) : (
                <>
                  <td>{status.delivered.messages}</td>
                  <td>
                    {rate === null
                      ? '–'
                      : `${rate.messages.toFixed(rate.messages < 10 ? 1 : 0)}, ${sizeText(Math.round(rate.octets))}`}
                  </td>
                  <td>{status.load.sent}</td>
                  <td title="the queue was full; they were said again later">{status.load.refused}</td>
                  <td title="packets that wait for the token">{status.node.totem.backlog}</td>
                </>
              )}
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
