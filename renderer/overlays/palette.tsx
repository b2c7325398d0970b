// The palette: everything by name. Also the way to a frame or a time.
import { useEffect, useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import { showOverlay } from '../state/actions.ts';
import { Modal } from '../widgets/modal.tsx';
import { allItems, itemsFor, placesFor, type PaletteItem } from './palette-items.ts';
import './palette.css';

const HINTS = {
  palette: 'a command, a node, a ring, a finding, a frame, a time, a word of the field',
  'go-to': 'frame number, seconds since the start, or time of day',
} as const;

/** Where an item is the first of its group, the group is named. */
function groupAt(items: readonly PaletteItem[], i: number): string {
  const { group } = items[i] ?? { group: '' };
  return items[i - 1]?.group === group ? '' : group;
}

const STEPS: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 };

interface ItemsProps {
  readonly items: readonly PaletteItem[];
  readonly active: number;
  readonly choose: (item: PaletteItem) => void;
  readonly onPoint: (position: number) => void;
}

function Items({ items, active, choose, onPoint }: ItemsProps): ReactNode {
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    list.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' });
  }, [active, items]);
  return (
    <ul id="palette-items" ref={list} role="listbox" aria-label="what was found" className="scroll" tabIndex={-1}>
      {items.map((item, i) => (
        <li
          key={`${item.group} ${item.title} ${item.detail}`}
          id={`palette-item-${i}`}
          role="option"
          aria-selected={i === active}
          onClick={() => choose(item)}
          onPointerMove={() => onPoint(i)}
        >
          <span className="palette-group">{groupAt(items, i)}</span>
          <span className="palette-title">{item.title}</span>
          <span className="palette-detail">{item.detail}</span>
        </li>
      ))}
    </ul>
  );
}

export function Palette({ mode }: { readonly mode: 'palette' | 'go-to' }): ReactNode {
  const [typed, setTyped] = useState('');
  const [active, setActive] = useState(0);
  const all = useMemo(() => allItems(), []);
  const items = useMemo(() => (mode === 'go-to' ? placesFor(typed) : itemsFor(all, typed)), [all, mode, typed]);

  const choose = (item: PaletteItem | undefined): void => {
    if (item === undefined) return;
    showOverlay(null);
    // The dialog gives the focus back first: what is done may want it elsewhere.
    requestAnimationFrame(item.run);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = STEPS[event.key];
    if (step !== undefined) setActive(Math.min(Math.max(0, active + step), items.length - 1));
    else if (event.key === 'Enter') choose(items[active]);
    else return;
    event.preventDefault();
  };
  return (
    <Modal id="palette" title="Find" isTitled={false} className="palette" onClose={() => showOverlay(null)}>
      <input
        type="text"
        role="combobox"
        aria-label={mode === 'go-to' ? 'go to a frame or a time' : 'find everything by name'}
        aria-expanded="true"
        aria-controls="palette-items"
        {...(items.length > 0 ? { 'aria-activedescendant': `palette-item-${active}` } : {})}
        placeholder={HINTS[mode]}
        spellCheck={false}
        autoComplete="off"
        autoFocus
        value={typed}
        onChange={(event) => {
          setTyped(event.target.value);
          setActive(0);
        }}
        onKeyDown={onKeyDown}
      />
      <Items {...{ items, active, choose }} onPoint={setActive} />
      {items.length > 0 ? null : (
        <p className="palette-none">{typed.trim() === '' ? `Type a ${HINTS[mode]}.` : 'Nothing here has this name.'}</p>
      )}
    </Modal>
  );
}
