// A dialog over everything else, with a title and a way out. Focus stays within, and goes back where it was. No domain
// words.
import { useEffect, useRef, type ReactNode } from 'react';
import './modal.css';

export interface ModalProps {
  readonly id: string;
  readonly title: string;
  readonly onClose: () => void;
  readonly className?: string;
  /** False where the title is only for those who do not see the dialog. */
  readonly isTitled?: boolean;
  readonly children: ReactNode;
}

/** Is in the page only while it is open: whoever shows it decides. */
export function Modal({ id, title, onClose, className = '', isTitled = true, children }: ModalProps): ReactNode {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current;
    const { activeElement: origin } = document;
    element?.showModal();
    return () => {
      if (element?.open === true) element.close();
      if (origin instanceof HTMLElement && origin.isConnected) origin.focus({ preventScroll: true });
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      id={id}
      className={`modal ${className}`}
      aria-labelledby={`${id}-title`}
      onClose={onClose}
      onMouseDown={(event) => {
        if (event.target === event.currentTarget) onClose();
      }}
    >
      <div className="modal-box">
        <header className={isTitled ? 'modal-head' : 'hidden-text'}>
          <h2 id={`${id}-title`}>{title}</h2>
          {isTitled ? (
            <button type="button" className="modal-close" onClick={onClose}>
              Close
            </button>
          ) : null}
        </header>
        {children}
      </div>
    </dialog>
  );
}
