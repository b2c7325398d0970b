// What can be done to a node of the lab: buttons, each a line of the lab's prompt, and the faults in force.
import type { MouseEvent, ReactNode } from 'react';
import type { LabNodeView } from '../../../app/lab/lab-view.ts';
import { runLine } from '../../lab/run-line.ts';
import { showMenuBelow, type MenuItem } from '../../widgets/menu.tsx';
import { deedsOf, type Deed } from './deeds.ts';

/** The verb on a card, which says of whom it speaks already. */
const shortVerb = (verb: string): string => verb.replace(/ (on )?node \d+/, '').replace(/^Let leave/, 'Leave');

function run({ line }: Deed): void {
  void runLine(line);
}

function openMore(event: MouseEvent<HTMLButtonElement>, number: number, groups: readonly (readonly Deed[])[]): void {
  const items = groups.map((deeds) =>
    deeds.map((deed): MenuItem => ({ label: deed.verb, hint: deed.line, run: () => run(deed) })),
  );
  showMenuBelow(`More for node ${number}`, event.currentTarget, items);
}

/** A node of the lab as its card needs it. */
export interface OwnNode {
  readonly view: LabNodeView;
  readonly active: ReadonlyMap<string, string>;
  /** Numbers of the other nodes. */
  readonly others: readonly number[];
  /** The lab as it was, or one that has ended: nothing can be done to the past. */
  readonly isPast: boolean;
  /** There is little room: the first deeds alone are buttons. */
  readonly isDense: boolean;
  /** What the lab's nodes have. */
  readonly has: { readonly sheep: boolean; readonly disk: boolean };
}

/** Buttons of a card where there is little room. */
const DENSE_BUTTONS = 2;

export function LabDeeds({ view, active, others, isPast, isDense, has }: OwnNode): ReactNode {
  const { number } = view.spec;
  const deeds = deedsOf(view, active, others, has);
  const shown = isDense ? DENSE_BUTTONS : deeds.first.length;
  const [first, rest] = [deeds.first.slice(0, shown), deeds.first.slice(shown)];
  const more = rest.length === 0 ? deeds.more : [rest, ...deeds.more];
  return (
    <>
      {active.size === 0 ? null : (
        <ul className="node-faults" aria-label={`faults at node ${number}`}>
          {[...active].map(([name, words]) => (
            <li key={name}>{words}</li>
          ))}
        </ul>
      )}
      {isPast ? null : (
        <div className="node-deeds" role="group" aria-label={`node ${number}`}>
          {first.map((deed) => (
            <button key={deed.line} type="button" aria-label={deed.verb} title={deed.line} onClick={() => run(deed)}>
              {shortVerb(deed.verb)}
            </button>
          ))}
          {more.length === 0 ? null : (
            <button
              type="button"
              aria-label={`More for node ${number}`}
              aria-haspopup="menu"
              onClick={(event) => openMore(event, number, more)}
            >
              More…
            </button>
          )}
        </div>
      )}
    </>
  );
}
