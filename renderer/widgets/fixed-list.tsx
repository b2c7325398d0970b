// A list of very many rows of one height: only what is seen is in the page. Beyond the height that a page may have, the
// scroll bar is scaled. Keyboard moves the current row. No domain words.
import {
  Fragment,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
  type KeyboardEvent,
  type ReactNode,
  type RefObject,
} from 'react';
import './fixed-list.css';

/** Pixels; Chromium's own limit is about 33 million. */
export const SCROLL_HEIGHT_MAX = 8_000_000;

export interface FixedListProps {
  readonly count: number;
  readonly rowHeight: number;
  /** Position of the current row in the list; -1 for none. It is brought into view when it changes. */
  readonly current: number;
  /** Rows that have left the list at its front: what is in view stays there when more do. */
  readonly gone?: number;
  readonly label: string;
  readonly role: 'grid' | 'tree' | 'listbox';
  readonly id: string;
  /** Stays above the rows; `headerHeight` pixels high. */
  readonly header?: ReactNode;
  readonly headerHeight?: number;
  readonly className?: string;
  /** One row, `top` pixels below the top of what holds it. Must have no key: rows are used again for others. */
  readonly renderRow: (position: number, top: number) => ReactNode;
  readonly onCurrent?: (position: number) => void;
  readonly onKey?: (event: KeyboardEvent) => boolean;
  /** Told of the positions [first, last) that are in view whenever these change. */
  readonly onSeen?: (first: number, last: number) => void;
  /** Columns of a grid. */
  readonly columnCount?: number;
}

/** How the offset of the scroll bar and the offset in the list depend on each other. */
export function scrollGeometry(count: number, rowHeight: number, viewHeight: number) {
  const total = count * rowHeight;
  const height = Math.min(total, SCROLL_HEIGHT_MAX);
  const room = Math.max(0, height - viewHeight);
  const scale = room === 0 ? 1 : (total - viewHeight) / room;
  return { total, height, scale, offsetMax: Math.max(0, total - viewHeight) };
}

/** Rows of a sheet: so far is scrolled by moving the sheet, and no row that stays in view changes. */
const SHEET_ROWS = 256;

/** The offset at which a row is in view, moving no more than needed. */
export function offsetShowing(offset: number, position: number, rowHeight: number, viewHeight: number): number {
  const top = position * rowHeight;
  if (top < offset) return top;
  if (top + rowHeight > offset + viewHeight) return top + rowHeight - viewHeight;
  return offset;
}

/** The offset at which a row is about in the middle, with a whole row at the top. */
const middle = (position: number, rowHeight: number, viewHeight: number): number =>
  Math.round(position + 0.5 - viewHeight / rowHeight / 2) * rowHeight;

const STEPS: Readonly<Record<string, (current: number, page: number, count: number) => number>> = {
  ArrowDown: (current) => current + 1,
  ArrowUp: (current) => current - 1,
  PageDown: (current, page) => current + page,
  PageUp: (current, page) => current - page,
  Home: () => 0,
  End: (_current, _page, count) => count - 1,
};

interface Scrolling {
  readonly view: RefObject<HTMLDivElement | null>;
  readonly viewHeight: number;
  /** Pixels of height that the browser is given, which may be fewer than all rows take. */
  readonly height: number;
  /** Offset of the rows at the top of the view. */
  readonly at: number;
  readonly onScroll: () => void;
}

/** React listens to the wheel passively; a scaled list must keep the page from scrolling by its own measure. */
function useWheel(view: RefObject<HTMLDivElement | null>, isScaled: boolean, scrollBy: (by: number) => void): void {
  useEffect(() => {
    const element = view.current;
    if (element === null || !isScaled) return undefined;
    const onWheel = (event: WheelEvent): void => {
      event.preventDefault();
      scrollBy(event.deltaY);
    };
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => element.removeEventListener('wheel', onWheel);
  });
}

/**
 * Where a list stands: the offset of its view, for which current row that was found, and how many rows had left. The
 * offset may lie beyond a list that has become shorter: it counts again when that is longer.
 */
interface Place {
  readonly offset: number;
  readonly shown: number;
  readonly gone: number;
}

/** Where the list stands for what it shows now: rows that leave at its front move nothing, the current one is seen. */
export function followed(place: Place, props: FixedListProps, viewHeight: number): Place {
  const { current, rowHeight, gone = 0, count } = props;
  const { offsetMax } = scrollGeometry(count, rowHeight, viewHeight);
  const moved = Math.max(0, gone - place.gone);
  let offset = Math.max(0, place.offset - moved * rowHeight);
  let shown = place.shown - moved;
  if (current >= 0 && viewHeight > 0 && shown !== current) {
    const at = Math.min(offset, offsetMax);
    const isJump = current * rowHeight < at - viewHeight || current * rowHeight > at + 2 * viewHeight;
    shown = current;
    const wanted = offsetShowing(at, current, rowHeight, viewHeight);
    // A jump lands in the middle, where what came before and after is seen too.
    if (wanted !== at)
      offset = Math.min(Math.max(0, isJump ? middle(current, rowHeight, viewHeight) : wanted), offsetMax);
  }
  return offset === place.offset && shown === place.shown && gone === place.gone ? place : { offset, shown, gone };
}

/** Scrolls a list of any length, shows the current row, and keeps the wheel's measure where the list is scaled. */
function useScrolling(props: FixedListProps): Scrolling {
  const { count, rowHeight, gone = 0, headerHeight = 0 } = props;
  const view = useRef<HTMLDivElement>(null);
  const [viewHeight, setViewHeight] = useState(0);
  const [place, setPlace] = useState<Place>({ offset: 0, shown: -1, gone });
  /** Where the scroll bar stands. */
  const bar = useRef(0);
  const { height, scale, offsetMax } = scrollGeometry(count, rowHeight, viewHeight);
  // Found while rendering, so that no row is drawn where it does not stay.
  const now = followed(place, props, viewHeight);
  if (now !== place) setPlace(now);
  const at = Math.min(now.offset, offsetMax);

  const scrollTo = (wanted: number): void => {
    setPlace({ ...now, offset: Math.min(Math.max(0, wanted), offsetMax) });
  };

  useLayoutEffect(() => {
    const element = view.current;
    if (element === null) return undefined;
    const measure = (): void => setViewHeight(Math.max(0, element.clientHeight - headerHeight));
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    measure();
    return () => observer.disconnect();
  }, [headerHeight]);

  // Last of all, since it lays out the page; the bar of a scaled list hardly moves with a row.
  useLayoutEffect(() => {
    if (view.current === null || Math.abs(at / scale - bar.current) < 1) return;
    view.current.scrollTop = bar.current = at / scale;
  }, [at, scale]);

  useWheel(view, scale !== 1, (by) => scrollTo(at + by));

  const onScroll = (): void => {
    const top = view.current?.scrollTop ?? 0;
    bar.current = top;
    if (Math.abs(top - at / scale) >= 1) setPlace({ ...now, offset: top * scale });
  };
  return { view, viewHeight, height, at, onScroll };
}

function steps(
  event: KeyboardEvent,
  { count, rowHeight, current, onCurrent, onKey }: FixedListProps,
  viewHeight: number,
): void {
  if (onKey?.(event) === true) {
    event.preventDefault();
    return;
  }
  const step = STEPS[event.key];
  if (step === undefined || count === 0 || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  const page = Math.max(1, Math.floor(viewHeight / rowHeight) - 1);
  onCurrent?.(Math.min(Math.max(0, step(current, page, count)), count - 1));
}

export function FixedList(props: FixedListProps): ReactNode {
  const { count, rowHeight, current, label, role, id, header, headerHeight = 0, className, renderRow } = props;
  const { view, viewHeight, height, at, onScroll } = useScrolling(props);
  const first = Math.floor(at / rowHeight);
  const last = Math.min(count, first + Math.ceil(viewHeight / rowHeight) + 1);
  const { onSeen, columnCount } = props;
  useEffect(() => onSeen?.(first, last), [first, last, count]);
  // Rows that leave the view are filled anew for those that come, and stay where they are in the page: nothing is made,
  // moved or thrown away while scrolling.
  const pool = Math.ceil(viewHeight / rowHeight) + 2;
  const sheetFirst = Math.floor(first / SHEET_ROWS) * SHEET_ROWS;
  const rows: ReactNode[] = [];
  for (let position = first; position < last; position++) {
    const slot = position % pool;
    rows[slot] = <Fragment key={slot}>{renderRow(position, (position - sheetFirst) * rowHeight)}</Fragment>;
  }
  return (
    <div
      className={`fixed-list scroll ${className ?? ''}`}
      role={role}
      id={id}
      ref={view}
      tabIndex={0}
      aria-label={label}
      {...(role === 'grid' ? { 'aria-rowcount': count + 1, 'aria-colcount': columnCount } : {})}
      {...(current >= first && current < last ? { 'aria-activedescendant': `${id}-${current}` } : {})}
      onKeyDown={(event) => steps(event, props, viewHeight)}
      onScroll={onScroll}
    >
      {header}
      <div className="fixed-list-all" role="presentation" style={{ height }}>
        <div
          className="fixed-list-seen"
          role="presentation"
          style={{ top: headerHeight, height: Math.min(viewHeight, height) }}
        >
          <div
            className="fixed-list-sheet"
            role="presentation"
            style={{
              height: (SHEET_ROWS + pool) * rowHeight,
              transform: `translateY(${sheetFirst * rowHeight - at}px)`,
            }}
          >
            {rows}
          </div>
        </div>
      </div>
    </div>
  );
}
