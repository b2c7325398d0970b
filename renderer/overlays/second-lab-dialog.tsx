// Asks what becomes of the lab that runs before another is started in its place.
import type { ReactNode } from 'react';
import { answerSecondLab, useSecondLab, type FirstLab } from '../lab/second-lab.ts';
import { Modal } from '../widgets/modal.tsx';
import './annotate-dialog.css';

function whatText(first: FirstLab): string {
  if (first.kind === 'elsewhere')
    return (
      'Another window runs a lab on the same addresses, so only one can run. If it ends, that window keeps all ' +
      'that it captured.'
    );
  const of = `A lab of ${first.nodes} nodes runs in this window, and the new one takes its place.`;
  return first.runsAs === 'processes'
    ? `${of} If it ends, its capture stays on disk, under the recent files; what is in its stores is gone.`
    : `${of} A virtual lab leaves nothing behind: keep its capture first (Ctrl+S) if you need it.`;
}

export function SecondLabDialog(): ReactNode {
  const question = useSecondLab((state) => state.question);
  if (question === null) return null;
  const { first } = question;
  return (
    <Modal id="second-lab" title="A lab runs already" onClose={() => answerSecondLab(false)}>
      <div className="modal-body">
        <p>{whatText(first)}</p>
        <div className="annotate-buttons">
          <button type="button" className="primary" onClick={() => answerSecondLab(true)}>
            {first.kind === 'here' ? 'End it, and start the new one' : 'End it there, and start here'}
          </button>
          <button type="button" autoFocus onClick={() => answerSecondLab(false)}>
            Cancel
          </button>
        </div>
      </div>
    </Modal>
  );
}
