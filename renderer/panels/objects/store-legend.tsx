// Who is who on the hash ring: the nodes' shades and tracks, and what the marks of the copies mean.
import type { ReactNode } from 'react';
import type { ShownStore } from '../../lab/use-store-map.ts';
import { selectNode } from '../../state/actions.ts';
import { useView } from '../../state/view-store.ts';
import type { CopyMark } from './layout.ts';
import { shadeOf } from './paint.ts';

const MARKS: Readonly<Record<'lab' | 'capture', readonly (readonly [CopyMark, string, string])[]>> = {
  lab: [
    ['here', 'copy', 'a copy of this epoch lies where placement wants it'],
    [
      'missing',
      'missing',
      'placement wants a copy here and none of this epoch lies on the disk: it waits for recovery',
    ],
    ['stray', 'left over', 'a copy of this epoch lies here and placement wants it elsewhere'],
    ['old', 'older', 'a copy of an older epoch, which the store keeps'],
  ],
  capture: [['wanted', 'placed', 'where placement wants a copy; this capture does not tell what lies on disks']],
};

function MarkPicture({ mark }: { readonly mark: CopyMark }): ReactNode {
  return (
    <svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true" className={`copy-mark copy-${mark}`}>
      {mark === 'stray' ? <path d="M2.5 2.5l7 7M9.5 2.5l-7 7" /> : <circle cx="6" cy="6" r="4" />}
    </svg>
  );
}

export function StoreLegend({ shown }: { readonly shown: ShownStore }): ReactNode {
  const { map, source } = shown;
  const chosen = useView((state) => state.node);
  return (
    <div className="store-legend">
      <ul aria-label="nodes of the store, tracks from the outside in">
        {map.nodes.map(({ name, nodeid, isMember, address }, i) => (
          <li key={address}>
            <button
              type="button"
              disabled={nodeid === null}
              aria-pressed={nodeid !== null && nodeid === chosen}
              title={`${address}: track ${i + 1} from the outside; its arcs are what it is first for`}
              onClick={() => selectNode(nodeid === chosen ? null : nodeid)}
            >
              <i style={{ background: isMember ? `var(--${shadeOf(i)})` : 'transparent' }} />
              {name}
              {isMember ? '' : ' (no member)'}
            </button>
          </li>
        ))}
      </ul>
      <ul aria-label="marks of copies">
        {MARKS[source].map(([mark, word, doc]) => (
          <li key={mark} title={doc}>
            <MarkPicture mark={mark} /> {word}
          </li>
        ))}
      </ul>
    </div>
  );
}
