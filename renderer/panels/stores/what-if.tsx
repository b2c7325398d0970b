// What a change of members or copies would move, said before it is done.
import { useEffect, useState, type ReactNode } from 'react';
import { memberEntry, type StoreMap } from '../../../app/lab/objects/store-map.ts';
import { whatIf, type Change, type WhatIf } from '../../../app/lab/objects/what-if.ts';
import { SHEEP_COPIES_MAX } from '../../../protocol/sheep/placement/hash-ring.ts';
import { useWhatIf } from '../../lab/what-if-store.ts';
import { sizeText } from '../objects/words.ts';

/** The next address of the members' network that none of them has. */
function freeAddress({ nodes, ring }: StoreMap): string {
  const spare = nodes.find(({ isMember }) => !isMember);
  if (spare !== undefined) return spare.address;
  const taken = new Set(ring.entries.map(({ addr }) => addr[15]));
  const [first] = nodes;
  const network = first?.address.replace(/\d+:\d+$/, '') ?? '192.168.1.';
  for (let host = 111; host < 255; host++) if (!taken.has(host)) return `${network}${host}:7000`;
  return `${network}1:7000`;
}

/** The change that a choice of the list stands for: `remove ADDRESS`, `copies N`, `add`. */
export function changeOf(choice: string, address: string): Change | null {
  const [kind = '', value = ''] = choice.split(' ');
  if (kind === 'remove') return { kind, address: value };
  if (kind === 'copies') return { kind, copies: Number(value) };
  const entry = kind === 'add' ? memberEntry(address.includes(':') ? address : `${address}:7000`, null) : null;
  return entry === null ? null : { kind: 'add', entry };
}

/** The shortest name of a node: that of the lab, else the address. */
const nameOf = ({ nodes }: StoreMap, address: string): string =>
  nodes.find((node) => node.address === address)?.name ?? address;

function Result({ result, map }: { readonly result: WhatIf; readonly map: StoreMap }): ReactNode {
  const { moved, total, fetched, octets, dropped, lost, flows, isShort } = result;
  const share = total === 0 ? 0 : (moved / total) * 100;
  return (
    <div role="status">
      <p className="what-if-says">
        <b>
          {moved} of {total} objects move
        </b>{' '}
        ({share.toFixed(0)} %): {fetched} copies are fetched{octets === 0 ? '' : `, ${sizeText(octets)}`}; {dropped} are
        no longer wanted where they are.
        {lost > 0 ? <span className="store-odd"> {lost} objects have no copy left: they are lost.</span> : null}
        {isShort ? <span className="store-odd"> Fewer zones than copies: the cluster halts.</span> : null}
      </p>
      {flows.length === 0 ? null : (
        <table className="stores-table">
          <caption className="hidden-text">copies by source and destination</caption>
          <thead>
            <tr>
              <th scope="col">from</th>
              <th scope="col">to</th>
              <th scope="col">copies</th>
              <th scope="col">size</th>
            </tr>
          </thead>
          <tbody>
            {flows.map(({ from, to, copies, octets: size }) => (
              <tr key={`${from}>${to}`}>
                <td>{nameOf(map, from)}</td>
                <td>{nameOf(map, to)}</td>
                <td>{copies}</td>
                <td>{size === 0 ? '–' : sizeText(size)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </div>
  );
}

export function WhatIfForm({ map }: { readonly map: StoreMap }): ReactNode {
  const [choice, setChoice] = useState('');
  const [address, setAddress] = useState('');
  const result = useWhatIf((state) => state.result);
  const given = address === '' ? freeAddress(map) : address;
  const change = changeOf(choice, given);
  useEffect(() => {
    useWhatIf.setState({ result: change === null ? null : whatIf(map, change) });
    return () => useWhatIf.setState({ result: null });
  }, [map, choice, given]);
  return (
    <>
      <h3>What if</h3>
      <p className="what-if">
        <select aria-label="A change to consider" value={choice} onChange={(event) => setChoice(event.target.value)}>
          <option value="">nothing changed</option>
          <option value="add">a node were added</option>
          {map.nodes
            .filter(({ isMember }) => isMember)
            .map((node) => (
              <option key={node.address} value={`remove ${node.address}`}>
                {node.name} went
              </option>
            ))}
          {Array.from({ length: SHEEP_COPIES_MAX }, (_, i) => i + 1)
            .filter((copies) => copies !== map.copies)
            .map((copies) => (
              <option key={copies} value={`copies ${copies}`}>
                {copies} {copies === 1 ? 'copy' : 'copies'}
              </option>
            ))}
        </select>
        {choice === 'add' ? (
          <input
            aria-label="Address of the node"
            value={given}
            spellCheck={false}
            aria-invalid={change === null}
            onChange={(event) => setAddress(event.target.value)}
          />
        ) : null}
      </p>
      {choice === 'add' && change === null ? (
        <p className="store-odd">That is no address: give one as 192.168.1.115:7000.</p>
      ) : null}
      {result === null ? null : <Result {...{ result, map }} />}
    </>
  );
}
