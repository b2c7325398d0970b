// A titled part of the window: a heading line of fixed height, and a body that fills the rest. No domain words.
import type { ReactNode } from 'react';
import './pane.css';

export interface PaneProps {
  readonly title: string;
  readonly id: string;
  /** Stands at the right end of the heading line. */
  readonly aside?: ReactNode;
  readonly children: ReactNode;
}

export function Pane({ title, id, aside, children }: PaneProps): ReactNode {
  return (
    <section className="pane" aria-labelledby={`${id}-title`} data-pane={id}>
      <header className="pane-head">
        <h2 id={`${id}-title`}>{title}</h2>
        <div className="pane-aside">{aside}</div>
      </header>
      <div className="pane-body">{children}</div>
    </section>
  );
}
