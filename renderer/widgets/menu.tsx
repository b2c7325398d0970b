// A menu at a place on the page: opened by a call from anywhere, one at a time, worked by mouse or keys. No domain
// words.
import { useEffect, useLayoutEffect, useRef, useSyncExternalStore, type KeyboardEvent, type ReactNode } from 'react';
import './menu.css';

export interface MenuItem {
  readonly label: string;
  /** Stands at the right end: a key, or what the item applies to. */
  readonly hint?: string;
  readonly isChecked?: boolean;
  readonly isDisabled?: boolean;
  readonly run: () => void;
}

/** Groups are parted by lines. */
export type MenuGroup = readonly MenuItem[];

interface OpenMenu {
  readonly x: number;
  readonly y: number;
  readonly label: string;
  readonly groups: readonly MenuGroup[];
  /** What had the focus, and gets it back. */
  readonly origin: HTMLElement | null;
}

let current: OpenMenu | null = null;
const listeners = new Set<() => void>();

function set(menu: OpenMenu | null): void {
  current = menu;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Opens a menu with its upper left corner at a point, as far as it fits on the page. */
export function showMenu(
  label: string,
  at: { readonly x: number; readonly y: number },
  groups: readonly MenuGroup[],
): void {
  const filled = groups.filter(({ length }) => length > 0);
  const { activeElement } = document;
  if (filled.length > 0)
    set({ ...at, label, groups: filled, origin: activeElement instanceof HTMLElement ? activeElement : null });
}

/** Opens a menu below an element. */
export function showMenuBelow(label: string, element: Element, groups: readonly MenuGroup[]): void {
  const { left, bottom } = element.getBoundingClientRect();
  showMenu(label, { x: left, y: bottom + 2 }, groups);
}

function close(menu: OpenMenu): void {
  set(null);
  menu.origin?.focus({ preventScroll: true });
}

function choose(menu: OpenMenu, { isDisabled, run }: MenuItem): void {
  if (isDisabled === true) return;
  close(menu);
  run();
}

function step(event: KeyboardEvent, box: HTMLElement): void {
  const items = [...box.querySelectorAll<HTMLElement>('[role^=menuitem]')];
  const now = items.findIndex((item) => item === document.activeElement);
  const to = (index: number): void => items.at(((index % items.length) + items.length) % items.length)?.focus();
  const { key } = event;
  if (key === 'ArrowDown') to(now + 1);
  else if (key === 'ArrowUp') to(now < 0 ? -1 : now - 1);
  else if (key === 'Home') to(0);
  else if (key === 'End') to(-1);
  else if (key.length === 1) {
    const found = [...items.slice(now + 1), ...items].find((item) =>
      item.textContent?.toLowerCase().startsWith(key.toLowerCase()),
    );
    found?.focus();
  } else return;
  event.preventDefault();
}

function Item({ item, menu }: { readonly item: MenuItem; readonly menu: OpenMenu }): ReactNode {
  const { label, hint, isChecked, isDisabled = false } = item;
  const checked = isChecked === undefined ? {} : { 'aria-checked': isChecked };
  return (
    <div
      role={isChecked === undefined ? 'menuitem' : 'menuitemcheckbox'}
      tabIndex={-1}
      className="menu-item"
      aria-disabled={isDisabled}
      {...checked}
      onClick={() => choose(menu, item)}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' && event.key !== ' ') return;
        event.preventDefault();
        choose(menu, item);
      }}
      onPointerMove={(event) => event.currentTarget.focus({ preventScroll: true })}
    >
      <span className="menu-check" aria-hidden="true">
        {isChecked === true ? '✓' : ''}
      </span>
      <span>{label}</span>
      {hint === undefined ? null : <span className="menu-hint">{hint}</span>}
    </div>
  );
}

/** Where menus appear: once in the page. */
export function MenuHost(): ReactNode {
  const menu = useSyncExternalStore(subscribe, () => current);
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null || menu === null) return;
    const { width, height } = element.getBoundingClientRect();
    element.style.left = `${Math.max(4, Math.min(menu.x, innerWidth - width - 4))}px`;
    element.style.top = `${Math.max(4, Math.min(menu.y, innerHeight - height - 4))}px`;
    element.querySelector<HTMLElement>('[role^=menuitem]')?.focus({ preventScroll: true });
  }, [menu]);
  useEffect(() => {
    if (menu === null) return undefined;
    const onPointer = (event: PointerEvent): void => {
      if (event.target instanceof Node && box.current?.contains(event.target) !== true) set(null);
    };
    const onBlur = (): void => set(null);
    document.addEventListener('pointerdown', onPointer, true);
    window.addEventListener('blur', onBlur);
    return () => {
      document.removeEventListener('pointerdown', onPointer, true);
      window.removeEventListener('blur', onBlur);
    };
  }, [menu]);
  if (menu === null) return null;
  return (
    <div
      ref={box}
      className="menu"
      role="menu"
      aria-label={menu.label}
      onContextMenu={(event) => event.preventDefault()}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === 'Escape' || event.key === 'Tab') {
          event.preventDefault();
          close(menu);
        } else step(event, event.currentTarget);
      }}
    >
      {menu.groups.map((items, i) => (
        <div key={i} role="group" className="menu-group">
          {items.map((item) => (
            <Item key={item.label} {...{ item, menu }} />
          ))}
        </div>
      ))}
    </div>
  );
}
