// The keys at hand, which node's packets each of them opens, and what to check where one does not fit.
import { useMemo, useState, type ReactNode } from 'react';
import { packets, showOverlay } from '../state/actions.ts';
import { keyAdvice, keyVerdicts, type NodeVerdict } from '../session/key-verdicts.ts';
import { addKeys, chooseKeys, removeKey } from '../session/keyring.ts';
import { useSession } from '../state/session-store.ts';
import { Modal } from '../widgets/modal.tsx';
import './keys-dialog.css';

const count = (number: number): string => number.toLocaleString('en');

/** What one key does for one node: a word and a sign, never a colour alone. */
function verdictText(
  { opened, closed, clear }: NodeVerdict,
  key: number,
): { readonly word: string; readonly is: string } {
  const fits = opened.get(key) ?? 0;
  if (fits > 0) return { word: `✓ opens ${count(fits)}`, is: 'fits' };
  if (closed > 0) return { word: `✗ opens none of ${count(closed)}`, is: 'fails' };
  if (opened.size > 0) return { word: '– another key opens them', is: 'idle' };
  return { word: clear > 0 ? '– sends in clear' : '– nothing to open', is: 'idle' };
}

function Verdicts({ verdicts }: { readonly verdicts: readonly NodeVerdict[] }): ReactNode {
  const keys = useSession((state) => state.keys);
  const nodes = useSession((state) => state.nodes);
  return (
    <table className="key-table">
      <thead>
        <tr>
          <th scope="col">packets from</th>
          {keys.map(({ name }) => (
            <th scope="col" key={name}>
              {name}
            </th>
          ))}
          <th scope="col">still closed</th>
          <th scope="col">security</th>
        </tr>
      </thead>
      <tbody>
        {verdicts.map((verdict) => (
          <tr key={verdict.address}>
            <th scope="row" title={verdict.address}>
              {nodes.labelOfAddress(verdict.address)}
            </th>
            {keys.map(({ name }, i) => {
              const { word, is } = verdictText(verdict, i);
              return (
                <td key={name} className={`key-${is}`}>
                  {word}
                </td>
              );
            })}
            <td className={verdict.closed > 0 ? 'key-fails' : 'key-idle'}>
              {verdict.closed > 0 ? `${count(verdict.closed)} encrypted` : 'none'}
            </td>
            <td>{verdict.securities.join(', ') || (verdict.closed > 0 ? 'unknown' : 'none')}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Sizes of keys that Corosync makes or takes. */
function sizeNote(octets: number): string {
  const isUsual = octets === 128 || (octets >= 128 && octets <= 4096);
  return isUsual ? `${octets} octets` : `${octets} octets: an authkey has 128 to 4096`;
}

function KeyList(): ReactNode {
  const keys = useSession((state) => state.keys);
  if (keys.length === 0)
    return <p className="muted">No key is at hand. Drop an authkey here, or choose one; it never leaves the memory.</p>;
  return (
    <ul className="key-list">
      {keys.map(({ name, octets }) => (
        <li key={name}>
          <b>{name}</b>
          <span className="muted">{sizeNote(octets)}</span>
          <button type="button" aria-label={`Remove ${name}`} onClick={() => removeKey(name)}>
            Remove
          </button>
        </li>
      ))}
    </ul>
  );
}

async function takeFiles(files: readonly File[]): Promise<void> {
  const read = files.map(async (file) => ({ name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) }));
  addKeys(await Promise.all(read));
}

export function KeysDialog(): ReactNode {
  const keys = useSession((state) => state.keys);
  const nodes = useSession((state) => state.nodes);
  const analysis = useSession((state) => state.analysis);
  const phase = useSession((state) => state.phase);
  const [isOver, setIsOver] = useState(false);
  const verdicts = useMemo(() => keyVerdicts(packets()), [analysis, keys]);
  const shown = verdicts.filter(({ opened, closed }) => opened.size > 0 || closed > 0);
  const advice = phase === 'reading' ? null : keyAdvice(shown, keys.length, (address) => nodes.labelOfAddress(address));
  return (
    <Modal id="keys" title="Keys" className={`keys ${isOver ? 'keys-over' : ''}`} onClose={() => showOverlay(null)}>
      <div
        className="modal-body"
        onDragOver={(event) => {
          event.preventDefault();
          event.stopPropagation();
          setIsOver(true);
        }}
        onDragLeave={() => setIsOver(false)}
        onDrop={(event) => {
          event.preventDefault();
          event.stopPropagation();
          setIsOver(false);
          void takeFiles([...event.dataTransfer.files]);
        }}
      >
        <KeyList />
        <button type="button" onClick={() => void chooseKeys()}>
          Add a key…
        </button>
        {shown.length === 0 ? (
          <p className="muted">No packet of this capture is encrypted: it needs no key.</p>
        ) : (
          <Verdicts verdicts={shown} />
        )}
        {advice === null ? null : (
          <p className="key-advice" role="status">
            {advice}
          </p>
        )}
      </div>
    </Modal>
  );
}
