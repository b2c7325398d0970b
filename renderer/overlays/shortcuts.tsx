// The list of keys, over everything else until it is closed: those of the whole window and those of its panes.
import type { ReactNode } from 'react';
import { COMMANDS, type Command } from '../app/commands.ts';
import { TRANSPORT_SHORTCUTS } from '../panels/transport/keys.ts';
import { showOverlay } from '../state/actions.ts';
import { Modal } from '../widgets/modal.tsx';
import './shortcuts.css';

/** Keys that belong to what has the focus. */
const IN_PANES: readonly (readonly [string, string])[] = [
  ['↑ ↓ PgUp PgDn Home End', 'move in the table, the tree or the bytes'],
  ['← →', 'table: cell to cell · tree: close and open · bytes: byte to byte · timeline: packet to packet'],
  ['Menu, Shift+F10', 'what can be done with the cell or the field'],
  ['Ctrl+C, Ctrl+Shift+C', 'copy the cell, the line'],
  ['+ − wheel', 'zoom the timeline; Shift+wheel or dragging moves it'],
  ['Tab, F6', 'go on to the next part, the next pane; arrows resize at an edge'],
];

const GROUPS: readonly Command['group'][] = ['Capture', 'Find', 'Time', 'Panes', 'Look', 'Help'];

function Keys({ rows }: { readonly rows: readonly (readonly [string, string])[] }): ReactNode {
  return (
    <dl>
      {rows.map(([keys, doc]) => (
        <div key={keys}>
          <dt>
            {keys.split(', ').map((key) => (
              <kbd key={key}>{key}</kbd>
            ))}
          </dt>
          <dd>{doc}</dd>
        </div>
      ))}
    </dl>
  );
}

export function Shortcuts(): ReactNode {
  return (
    <Modal id="shortcuts" title="Keys" className="shortcuts" onClose={() => showOverlay(null)}>
      <div className="modal-body scroll" tabIndex={0} role="region" aria-label="list of keys">
        {GROUPS.map((group) => {
          const own = COMMANDS.filter((command) => command.group === group && command.keys !== undefined).map(
            ({ keys, title }) => [(keys ?? []).join(', '), title] as const,
          );
          const rows = group === 'Time' ? [...TRANSPORT_SHORTCUTS, ...own] : own;
          return rows.length === 0 ? null : (
            <section key={group}>
              <h3>{group}</h3>
              <Keys rows={rows} />
            </section>
          );
        })}
        <section>
          <h3>In a pane</h3>
          <Keys rows={IN_PANES} />
        </section>
      </div>
    </Modal>
  );
}
