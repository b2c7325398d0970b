// The keys of the transport, wherever the focus is, but where a person types or a button has the focus that Space
// presses.
import { toggleFolding } from '../../state/actions.ts';
import { step, togglePlay } from '../../state/playback.ts';
import type { StepKind } from '../../state/steps.ts';

/** What each key does, for the list of keys. */
export const TRANSPORT_SHORTCUTS: readonly (readonly [string, string])[] = [
  ['Space', 'play, pause'],
  [', .', 'back and forth by a hop of the token; with Shift by a rotation, with Alt by a change of membership'],
  ['I', 'fold idle stretches of the timeline, or show all to scale'],
  ['[ ]', 'mark a stretch of the timeline from the cursor, up to the cursor; dragging does the same'],
];

const isTyping = (target: EventTarget | null): boolean =>
  (target instanceof HTMLInputElement && target.type !== 'range') ||
  target instanceof HTMLSelectElement ||
  target instanceof HTMLTextAreaElement;
const isButton = (target: EventTarget | null): boolean =>
  target instanceof HTMLButtonElement || (target instanceof HTMLElement && target.getAttribute('role') === 'treeitem');

function kindOf({ shiftKey, altKey }: KeyboardEvent): StepKind {
  return altKey ? 'change' : shiftKey ? 'rotation' : 'hop';
}

function press(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey) return false;
  if (event.key === ' ') {
    if (isButton(event.target) || event.altKey || event.shiftKey) return false;
    togglePlay();
    return true;
  }
  if (event.key.toLowerCase() === 'i' && !event.altKey) {
    toggleFolding();
    return true;
  }
  // The keys themselves, whatever Shift and Alt make of them on this keyboard.
  const isBack = event.key === ',' || event.code === 'Comma';
  const isForth = event.key === '.' || event.code === 'Period';
  if (!isBack && !isForth) return false;
  step(kindOf(event), isForth ? 1 : -1);
  return true;
}

/** Listens until the returned function is called. */
export function startTransportKeys(): () => void {
  const onKey = (event: KeyboardEvent): void => {
    if (isTyping(event.target) || document.querySelector('dialog[open]') !== null) return;
    if (press(event)) event.preventDefault();
  };
  document.addEventListener('keydown', onKey);
  return () => document.removeEventListener('keydown', onKey);
}
