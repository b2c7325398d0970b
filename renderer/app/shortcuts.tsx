// The list of keys, over everything else until it is closed.
import { useEffect, useRef, type ReactNode } from 'react';
import { showShortcuts } from '../state/actions.ts';
import { useView } from '../state/view-store.ts';
import { SHORTCUTS } from './keys.ts';

export function Shortcuts(): ReactNode {
  const isShown = useView((state) => state.isShowingKeys);
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (isShown) dialog.current?.showModal();
    else dialog.current?.close();
  }, [isShown]);
  return (
    <dialog ref={dialog} className="shortcuts" aria-labelledby="shortcuts-title" onClose={() => showShortcuts(false)}>
      <h2 id="shortcuts-title">Keys</h2>
      <dl>
        {SHORTCUTS.map(([key, doc]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{doc}</dd>
          </div>
        ))}
      </dl>
      <button type="button" onClick={() => showShortcuts(false)}>
        Close
      </button>
    </dialog>
  );
}
