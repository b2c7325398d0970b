// The timeline: its canvases with legend, the line below with what the pointer is at or the figures of what is marked,
// and the table behind it. Gestures are in gestures.ts, drawing in view.ts.
import { useMemo, type ReactNode } from 'react';
import { lengthText } from '../../canvas/time-scale.ts';
import { toggleFolding } from '../../state/actions.ts';
import { packets, wholeSpan } from '../../state/capture.ts';
import { useSession } from '../../state/session-store.ts';
import { happenings, timelineFacts } from '../../state/time/facts.ts';
import { currentWaits } from '../../state/time/folding.ts';
import { useView } from '../../state/view-store.ts';
import { HiddenTable } from '../../widgets/hidden-table.tsx';
import { Pane } from '../../widgets/pane.tsx';
import { Figures } from '../figures.tsx';
import { MarkLegend, StateLegend } from '../legend.tsx';
import { Nothing } from '../nothing.tsx';
import { useTimeline } from './gestures.ts';
import { neededHeight } from './layout.ts';
import { withDeeds } from '../lanes/pins.ts';
import './timeline.css';

const KEYS =
  'arrows step from packet to packet and choose a node, plus and minus zoom, F fits, ' +
  'square brackets mark a stretch, I folds idle time; the tables behind have the same';

function FoldButton(): ReactNode {
  const isFolding = useView((state) => state.isFolding);
  return (
    <button
      type="button"
      className="timeline-fold"
      aria-pressed={isFolding}
      title="Shrink idle stretches to a break (I)"
      onClick={toggleFolding}
    >
      Fold idle
    </button>
  );
}

function Says({ hover }: { readonly hover: string }): ReactNode {
  const span = useView((state) => state.span);
  const marked = useView((state) => state.marked);
  if (hover !== '') return <span>{hover}</span>;
  if (marked !== null) return <Figures span={marked} />;
  return (
    <>
      <span>{span === null ? '' : `${lengthText(span.to - span.from)} in view`}</span>
      <StateLegend />
    </>
  );
}

export function Timeline(): ReactNode {
  const { canvas, overlay, scroller, hover, handlers } = useTimeline();
  const nodes = useSession((state) => state.nodes);
  const analysis = useSession((state) => state.analysis);
  const marks = useSession((state) => state.marks);
  const phase = useSession((state) => state.phase);
  // The waits are known once the capture is read: the phase says when.
  const facts = useMemo(() => timelineFacts(analysis, packets(), nodes, currentWaits()), [analysis, nodes, phase]);
  const lanes = nodes.nodes.length;
  const start = wholeSpan().from;
  const aside = (
    <>
      <MarkLegend />
      <FoldButton />
    </>
  );
  return (
    <Pane id="timeline" title="Timeline" aside={aside}>
      <div className="timeline">
        <div className="timeline-body">
          <div className="timeline-canvases">
            <canvas
              ref={canvas}
              tabIndex={0}
              role="img"
              aria-label={`timeline of ${lanes} nodes; ${KEYS}`}
              {...handlers}
            />
            <canvas ref={overlay} className="timeline-overlay" aria-hidden="true" />
          </div>
          <Nothing />
          <div ref={scroller} className="timeline-scroll scroll" role="group" aria-label="lanes" tabIndex={0}>
            <div className="timeline-room" style={{ height: neededHeight(lanes, facts) }} />
          </div>
        </div>
        <p className="timeline-says">
          <Says hover={hover} />
        </p>
        <HiddenTable
          caption="what happened, in order of time"
          heads={['seconds', 'what', 'says']}
          rows={withDeeds(happenings(facts, nodes, start), marks, packets().epochNs, start)}
        />
      </div>
    </Pane>
  );
}
