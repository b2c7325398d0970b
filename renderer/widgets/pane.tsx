// A titled part of the window: a heading line of fixed height, and a body that fills the rest. Whoever arranges panes
// gives them their buttons through PaneFrame. No domain words.
import { createContext, useContext, type ReactNode } from 'react';
import './pane.css';

export interface PaneControls {
  readonly isMaximised: boolean;
  /** False where there is nothing else that it could give room to. */
  readonly canMaximise: boolean;
  readonly onMaximise: () => void;
  readonly onHide: () => void;
}

/** What the arrangement lets a person do with a pane; null for a pane that stands alone. */
export const PaneFrame = createContext<PaneControls | null>(null);

export interface PaneProps {
  readonly title: string;
  readonly id: string;
  /** Stands at the right end of the heading line. */
  readonly aside?: ReactNode;
  readonly children: ReactNode;
}

const LARGER = 'M2.5 2.5h7v7h-7z';
const SMALLER = 'M2.5 4.5h5v5h-5zM4.5 4.5v-2h5v5h-2';
const HIDE = 'M3 3l6 6M9 3l-6 6';

function Icon({ path }: { readonly path: string }): ReactNode {
  return (
    <svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true">
      <path d={path} fill="none" stroke="currentColor" strokeWidth="1.2" />
    </svg>
  );
}

function Controls({ title, controls }: { readonly title: string; readonly controls: PaneControls }): ReactNode {
  const { isMaximised, canMaximise, onMaximise, onHide } = controls;
  const resize = isMaximised ? `Restore ${title}` : `Maximise ${title}`;
  return (
    <div className="pane-controls">
      {canMaximise ? (
        <button
          type="button"
          aria-label={resize}
          title={`${resize} (M)`}
          aria-pressed={isMaximised}
          onClick={onMaximise}
        >
          <Icon path={isMaximised ? SMALLER : LARGER} />
        </button>
      ) : null}
      <button type="button" aria-label={`Hide ${title}`} title={`Hide ${title}`} onClick={onHide}>
        <Icon path={HIDE} />
      </button>
    </div>
  );
}

export function Pane({ title, id, aside, children }: PaneProps): ReactNode {
  const controls = useContext(PaneFrame);
  return (
    <section className="pane" aria-labelledby={`${id}-title`} data-pane={id} tabIndex={-1}>
      <header className="pane-head">
        <h2 id={`${id}-title`}>{title}</h2>
        <div className="pane-aside">{aside}</div>
        {controls === null ? null : <Controls title={title} controls={controls} />}
      </header>
      <div className="pane-body">{children}</div>
    </section>
  );
}
