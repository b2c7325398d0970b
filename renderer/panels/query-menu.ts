// The menu entries to filter or highlight by an expression: the same wherever a value is shown.
import type { MenuGroup, MenuItem } from '../widgets/menu.tsx';
import { joinedQuery, type Joint } from '../../app/filter/joined.ts';
import { ask, rememberQuery } from '../session/query.ts';
import { useSession } from '../state/session-store.ts';

function apply(slot: 'filter' | 'highlight', text: string): void {
  rememberQuery(text);
  void ask(slot, text);
}

/** Menu entries to filter or highlight by an expression; used wherever a value is shown. */
export function queryGroups(expression: string): readonly MenuGroup[] {
  const { filter, highlight } = useSession.getState();
  const standing = filter.text.trim();
  const join = (label: string, joint: Joint): MenuItem => ({
    label,
    run: () => apply('filter', joinedQuery(joint === 'alone' ? '' : standing, expression, joint)),
  });
  const more = standing === '' ? [] : [join('… and this', 'and'), join('… or this', 'or')];
  return [
    [
      { ...join('Filter by this', 'alone'), hint: expression },
      join(standing === '' ? 'Filter all but this' : '… and not this', 'and not'),
      ...more,
    ],
    [
      { label: 'Highlight this', run: () => apply('highlight', expression) },
      ...(highlight.text.trim() === ''
        ? []
        : [
            {
              label: 'Highlight this too',
              run: () => apply('highlight', joinedQuery(highlight.text, expression, 'or')),
            },
          ]),
    ],
  ];
}
