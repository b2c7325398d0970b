// The glossary: the words of the field, each in one line and at more length.
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { termOf, termsFor } from '../../app/glossary/glossary.ts';
import { TERM_GROUPS, type Term } from '../../app/glossary/terms.ts';
import { showOverlay } from '../state/actions.ts';
import { useView } from '../state/view-store.ts';
import { Modal } from '../widgets/modal.tsx';
import './glossary-dialog.css';

function Entry({ term, isAsked }: { readonly term: Term; readonly isAsked: boolean }): ReactNode {
  const own = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (isAsked) own.current?.scrollIntoView({ block: 'start' });
  }, [isAsked]);
  const field = term.also.find((word) => word.includes('_') && word !== term.word);
  return (
    <div ref={own} className={isAsked ? 'term term-asked' : 'term'} data-term={term.word}>
      <dt>
        {term.word}
        {field === undefined ? null : <code>{field}</code>}
      </dt>
      <dd>
        <strong>{term.says}</strong> {term.more}
      </dd>
    </div>
  );
}

export function GlossaryDialog(): ReactNode {
  const word = useView((state) => state.term);
  const asked = word === null ? null : termOf(word);
  const [typed, setTyped] = useState('');
  const found = termsFor(typed);
  const groups = typed.trim() === '' ? TERM_GROUPS : ['Found'];
  return (
    <Modal id="glossary" title="Glossary" className="glossary" onClose={() => showOverlay(null)}>
      <input
        type="search"
        aria-label="find a word"
        placeholder="find a word"
        autoFocus
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
      />
      <div className="modal-body scroll" tabIndex={0} role="region" aria-label="words of the field">
        {found.length === 0 ? <p className="muted">No word here holds “{typed.trim()}”.</p> : null}
        {groups.map((group) => {
          const terms = typed.trim() === '' ? found.filter((term) => term.group === group) : found;
          return terms.length === 0 ? null : (
            <section key={group} aria-label={group}>
              <h3>{group}</h3>
              <dl>
                {terms.map((term) => (
                  <Entry key={term.word} term={term} isAsked={term === asked} />
                ))}
              </dl>
            </section>
          );
        })}
      </div>
    </Modal>
  );
}
