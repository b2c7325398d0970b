// What happened in a marked stretch of time, in words, with what to do with it.
import { useEffect, useState, type ReactNode } from 'react';
import { lengthText, type Span } from '../canvas/time-scale.ts';
import { fitTimeline, markSpan } from '../state/actions.ts';
import { packets } from '../state/capture.ts';
import { useSession } from '../state/session-store.ts';
import { figureTexts, SpanCounter } from '../state/time/span-figures.ts';

/** Packets that are counted at once, so that the window answers meanwhile. */
const COUNTED_AT_ONCE = 400_000;

/** What happened in a stretch of time, in words; some at once, all a moment later where there is much. */
function useFigures(span: Span): readonly string[] {
  const analysis = useSession((state) => state.analysis);
  const nodes = useSession((state) => state.nodes);
  const [texts, setTexts] = useState<readonly string[]>([]);
  useEffect(() => {
    const counter = new SpanCounter(packets(), nodes, span);
    let timer: ReturnType<typeof setTimeout> | null = null;
    const countOn = (): void => {
      const isDone = counter.count(COUNTED_AT_ONCE);
      if (isDone) setTexts(figureTexts(counter.finish(analysis?.transitions ?? [])));
      else timer = setTimeout(countOn);
    };
    setTexts([lengthText(span.to - span.from), 'counting…']);
    countOn();
    return () => {
      if (timer !== null) clearTimeout(timer);
    };
  }, [analysis, nodes, span]);
  return texts;
}

/** What happened in the marked stretch. */
export function Figures({ span }: { readonly span: Span }): ReactNode {
  const texts = useFigures(span);
  return (
    <>
      <output className="timeline-figures" title={texts.join('\n')}>
        {texts.join(' · ')}
      </output>
      <span className="timeline-buttons">
        <button type="button" onClick={fitTimeline} title="Show it on the whole timeline, and all again (F)">
          Zoom
        </button>
        <button type="button" onClick={() => markSpan(null)} title="Forget it (Escape)">
          Clear
        </button>
      </span>
    </>
  );
}
