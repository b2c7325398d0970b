// Below what the packets tell of a node: what it says itself, with the difference between the two marked.
import type { ReactNode } from 'react';
import { lengthText } from '../../canvas/time-scale.ts';
import type { Difference, Inside } from '../../lab/inside.ts';
import { STATE_LOOKS } from '../../state/looks.ts';
import type { NodeDirectory } from '../../state/node-directory.ts';

/** Timers that are told of one node. */
const TIMERS_MAX = 4;

const TIMER_WORDS: { readonly [name: string]: string } = {
  token: 'without a token until then, it declares it lost',
  'token-retransmit': 'without a sign of the next node, it sends the token again',
  'token-hold': 'the representative lets the held token go',
  'token-warning': 'it warns that no token comes',
  merge: 'it says which ring it is on, for others to find',
  join: 'it says its join again',
  consensus: 'who has not agreed by then is given up',
  pause: 'it looks whether it was scheduled',
};

export interface InsideLineProps {
  readonly inside: Inside;
  readonly differences: readonly Difference[];
  readonly nodes: NodeDirectory;
  /** Where it says the same as the packets, that is all that is said. */
  readonly isBrief: boolean;
}

export function InsideLine({ inside, differences, nodes, isBrief }: InsideLineProps): ReactNode {
  const { state, proc, failed, lacks, timers } = inside;
  const names = (ids: readonly number[]): string =>
    ids.length === 0 ? 'none' : ids.map((id) => nodes.label(id).replace(/^node /, '')).join(' ');
  const lists: readonly (readonly [Difference, readonly number[]])[] = [
    ['proc', proc],
    ['failed', failed],
    ...(state === 'gather' ? ([['waits for', lacks]] as const) : []),
  ];
  const isSame = differences.length === 0;
  const mark = (what: Difference): string => (differences.includes(what) ? 'member-differs' : '');
  return (
    <span className="member-inside">
      <span
        className="member-inside-word"
        title={
          isSame
            ? 'the node itself says what its packets tell'
            : `the node itself says something else of: ${differences.join(', ')}`
        }
      >
        inside {isSame ? '=' : '≠'}
      </span>
      {isSame && isBrief ? null : (
        <span className={`state state-${state} ${mark('state')}`} title={STATE_LOOKS[state].doc}>
          {state}
        </span>
      )}
      {isSame
        ? null
        : lists.map(([word, ids]) => (
            <span key={word} className={mark(word)}>
              <span className="member-silent">{word}</span> {names(ids)}
            </span>
          ))}
      {timers
        .filter(({ name }) => name !== 'pause')
        .slice(0, isSame && isBrief ? 0 : TIMERS_MAX)
        .map(({ name, left }) => (
          <span key={name} className="member-timer" title={TIMER_WORDS[name]}>
            <span>{name}</span> {left >= 0 ? lengthText(left) : 'due'}
          </span>
        ))}
    </span>
  );
}
