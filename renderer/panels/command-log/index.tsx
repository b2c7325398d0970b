// The command log: every line that was said to the lab, typed or clicked, ready to copy.
import { useEffect, useRef, type ReactNode } from 'react';
import { useLab, type LabLogEntry } from '../../lab/lab-store.ts';
import { copyText } from '../../widgets/copy.ts';
import { Pane } from '../../widgets/pane.tsx';
import './command-log.css';

const two = (value: number): string => String(value).padStart(2, '0');

/** HH:MM:SS of this machine. */
function clockText(atMs: number): string {
  const at = new Date(atMs);
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

function Line({ entry }: { readonly entry: LabLogEntry }): ReactNode {
  const { atMs, line } = entry;
  return (
    <li>
      <time>{clockText(atMs)}</time>
      <code>{line}</code>
      <button type="button" aria-label={`Copy ${line}`} title="Copy this line" onClick={() => copyText(line)}>
        Copy
      </button>
    </li>
  );
}

export function CommandLog(): ReactNode {
  const log = useLab((state) => state.log);
  const list = useRef<HTMLOListElement>(null);
  useEffect(() => {
    const element = list.current;
    // The newest stays in view, unless the person has scrolled back.
    if (element !== null && element.scrollHeight - element.scrollTop - element.clientHeight < 80)
      element.scrollTop = element.scrollHeight;
  }, [log]);
  const all = log.map(({ line }) => line).join('\n');
  const copyAll = (
    <button
      type="button"
      className="pane-button"
      disabled={log.length === 0}
      title="Copy all lines: totemlab lab --exec runs them from a file"
      onClick={() => copyText(`${all}\n`)}
    >
      Copy all
    </button>
  );
  return (
    <Pane id="commands" title="Commands" aside={copyAll}>
      {log.length === 0 ? (
        <p className="nothing">Whatever you do to a lab stands here as the command that does it.</p>
      ) : (
        <ol className="command-log scroll" ref={list} tabIndex={0} aria-label="commands, the newest last">
          {log.map((entry, i) => (
            <Line key={`${entry.atMs} ${i}`} entry={entry} />
          ))}
        </ol>
      )}
    </Pane>
  );
}
