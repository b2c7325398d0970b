// The stores panel: how full each node is and what it still has to fetch, the epochs so far, and what a change would
// move. Of a lab from its disks, else as far as the messages of a capture tell.
import type { ReactNode } from 'react';
import { useLabAt } from '../../lab/lab-history.ts';
import { useStoreMap } from '../../lab/use-store-map.ts';
import { useSession } from '../../state/session-store.ts';
import { Pane } from '../../widgets/pane.tsx';
import { Epochs } from './epochs.tsx';
import { Usage } from './usage.tsx';
import { WhatIfForm } from './what-if.tsx';
import './stores.css';

export function Stores(): ReactNode {
  const shown = useStoreMap();
  const lab = useLabAt();
  const hasHistory = useSession((state) => (state.analysis?.sheepdog?.history.length ?? 0) > 0) && lab === null;
  const status = lab?.nodes.find(({ status: own }) => own?.sheep != null)?.status?.sheep ?? null;
  const says =
    shown === null
      ? ''
      : [
          shown.map.epoch === 0 ? 'not formatted' : `epoch ${shown.map.epoch}`,
          status?.isSuspended === true ? 'suspended: too few members are here' : '',
        ]
          .filter((part) => part !== '')
          .join(' · ');
  return (
    <Pane id="stores" title="Stores" aside={<span>{says}</span>}>
      {shown === null && !hasHistory ? (
        <p className="nothing">
          Usage, epochs and what a change would move stand here once a lab has sheep, or a capture shows sheepdog’s
          messages.
        </p>
      ) : (
        <div className="stores scroll" tabIndex={0} role="region" aria-label="stores of the nodes">
          {shown === null ? (
            <p className="stores-none">Nothing is known of members at this moment: choose an epoch to go there.</p>
          ) : (
            <Usage shown={shown} nodes={lab?.nodes ?? []} />
          )}
          <Epochs />
          {shown === null ? null : <WhatIfForm map={shown.map} />}
        </div>
      )}
    </Pane>
  );
}
