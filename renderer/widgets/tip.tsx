// Explanations that appear beside what the pointer rests on, or what the keyboard has reached: any element with a
// `data-tip` has one. One at a time, above everything. No domain words.
import { useEffect, useLayoutEffect, useRef, useState, type ReactNode } from 'react';
import './tip.css';

/** Milliseconds that the pointer rests before a tip appears. */
const REST = 350;

interface Tip {
  readonly text: string;
  readonly box: DOMRect;
}

function tipOf(target: EventTarget | null): { readonly element: Element; readonly text: string } | null {
  const element = target instanceof Element ? target.closest('[data-tip]') : null;
  const text = element?.getAttribute('data-tip') ?? '';
  return element === null || text === '' ? null : { element, text };
}

/** Watches the page and calls back with the tip to show, null for none. */
function watchTips(show: (tip: Tip | null) => void): () => void {
  let timer: ReturnType<typeof setTimeout> | null = null;
  let shown: Element | null = null;
  const hide = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    shown?.removeAttribute('aria-describedby');
    shown = null;
    show(null);
  };
  const plan = (target: EventTarget | null, wait: number): void => {
    const found = tipOf(target);
    if (found?.element === shown) return;
    hide();
    if (found === null) return;
    shown = found.element;
    shown.setAttribute('aria-describedby', 'tip');
    timer = setTimeout(() => {
      if (found.element.isConnected) show({ text: found.text, box: found.element.getBoundingClientRect() });
    }, wait);
  };
  const onOver = ({ target }: PointerEvent): void => plan(target, REST);
  const onFocus = ({ target }: FocusEvent): void => {
    if (target instanceof Element && target.matches(':focus-visible')) plan(target, 0);
  };
  const onKey = ({ key }: KeyboardEvent): void => {
    if (key === 'Escape') hide();
  };
  document.addEventListener('pointerover', onOver);
  document.addEventListener('focusin', onFocus);
  document.addEventListener('focusout', hide);
  document.addEventListener('pointerdown', hide, true);
  document.addEventListener('wheel', hide, { passive: true, capture: true });
  document.addEventListener('keydown', onKey);
  return () => {
    hide();
    document.removeEventListener('pointerover', onOver);
    document.removeEventListener('focusin', onFocus);
    document.removeEventListener('focusout', hide);
    document.removeEventListener('pointerdown', hide, true);
    document.removeEventListener('wheel', hide, { capture: true });
    document.removeEventListener('keydown', onKey);
  };
}

/** Where tips appear: once in the page. */
export function TipHost(): ReactNode {
  const [tip, setTip] = useState<Tip | null>(null);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => watchTips(setTip), []);
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null || tip === null) return;
    const { width, height } = element.getBoundingClientRect();
    const below = tip.box.bottom + 6;
    const isAbove = below + height > innerHeight - 4;
    element.style.left = `${Math.max(4, Math.min(tip.box.left, innerWidth - width - 4))}px`;
    element.style.top = `${isAbove ? Math.max(4, tip.box.top - height - 6) : below}px`;
  }, [tip]);
  if (tip === null) return null;
  return (
    <div ref={box} id="tip" className="tip" role="tooltip">
      {tip.text}
    </div>
  );
}
