// A sentence whose words of the field explain themselves: on hover, on focus, and in the glossary on click.
import { useMemo, type ReactNode } from 'react';
import { textParts } from '../../app/glossary/glossary.ts';
import { showOverlay } from '../state/actions.ts';

export function Prose({ text }: { readonly text: string }): ReactNode {
  const parts = useMemo(() => textParts(text), [text]);
  return parts.map(({ text: words, term }, i) =>
    term === null ? (
      words
    ) : (
      <span
        key={i}
        className="prose-term"
        data-tip={`${term.word}: ${term.says}`}
        onDoubleClick={() => showOverlay('glossary', term.word)}
      >
        {words}
      </span>
    ),
  );
}
