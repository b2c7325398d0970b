// A capture that goes on: how often its panels are updated, and what the moment does while it is glued to now.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { newColumns } from '../../../../app/store/packet-store.ts';
import { StoreMirror } from '../../../../renderer/ingest/store-mirror.ts';
import { showPackets } from '../../../../renderer/state/capture.ts';
import {
  endFollowing,
  followNow,
  followView,
  goLive,
  stand,
  startFollowing,
  useFollow,
} from '../../../../renderer/state/following.ts';
import { updateSoon } from '../../../../renderer/session/live-pace.ts';
import { FIRST_VIEW, useView } from '../../../../renderer/state/view-store.ts';

const SECOND = 1e9;

/** A mirror with packets at these seconds. */
function packetsAt(...seconds: readonly number[]): StoreMirror {
  const mirror = new StoreMirror();
  const columns = newColumns();
  seconds.forEach((second, i) => (columns.timeNs[i] = second * SECOND));
  mirror.chunks.push(columns);
  mirror.length = seconds.length;
  return mirror;
}

describe('the pace of a capture that goes on', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal('requestAnimationFrame', (then: () => void) => setTimeout(then, 16));
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it('updates once for what comes within a tenth of a second, and the last of it too', () => {
    let updates = 0;
    for (let ms = 0; ms < 1000; ms += 10) {
      updateSoon(() => void updates++);
      vi.advanceTimersByTime(10);
    }
    vi.advanceTimersByTime(500);

    expect(updates).toBeGreaterThanOrEqual(8);
    expect(updates).toBeLessThanOrEqual(11);
  });

  it('becomes slower where an update takes long, down to two a second', () => {
    let updates = 0;
    const busy = (): void => {
      updates++;
      vi.setSystemTime(Date.now() + 120);
      vi.advanceTimersByTime(120);
    };
    for (let i = 0; i < 40; i++) {
      updateSoon(busy);
      vi.advanceTimersByTime(50);
    }
    updates = 0;
    for (let ms = 0; ms < 4000; ms += 50) {
      updateSoon(() => void updates++);
      vi.advanceTimersByTime(50);
    }

    expect(updates).toBeGreaterThanOrEqual(7);
    expect(updates).toBeLessThan(40);
  });
});

describe('the moment of a capture that goes on', () => {
  beforeEach(() => {
    useView.setState(FIRST_VIEW);
    showPackets(packetsAt(0, 1, 2));
    startFollowing();
  });
  afterEach(() => {
    endFollowing();
    showPackets(null);
  });

  it('is the last packet, whose time comes to stand at the right of the timeline', () => {
    followNow();
    expect(useView.getState()).toMatchObject({ row: 2, time: 2 * SECOND });
    expect(useView.getState().span?.from).toBeLessThan(0);

    showPackets(packetsAt(0, 1, 2, 60));
    followNow();

    const { row, span } = useView.getState();
    expect(row).toBe(3);
    expect(span?.to).toBeGreaterThan(60 * SECOND);
    expect((span?.to ?? 0) - (span?.from ?? 0)).toBeCloseTo(10 * SECOND, -3);
  });

  it('stands where the person stops it, and goes live again', () => {
    followNow();
    stand();
    showPackets(packetsAt(0, 1, 2, 60));
    followNow();
    expect(useView.getState().row).toBe(2);

    goLive();

    expect(useFollow.getState().isGlued).toBe(true);
    expect(useView.getState().row).toBe(3);
  });

  it('stays at now when the timeline is zoomed, and stands when it is moved back', () => {
    showPackets(packetsAt(0, 1, 2, 60));
    followNow();
    followView({ from: 59 * SECOND, to: 61 * SECOND });
    expect(useFollow.getState().isGlued).toBe(true);
    followNow();
    const { span } = useView.getState();
    expect((span?.to ?? 0) - (span?.from ?? 0)).toBeCloseTo(2 * SECOND, -3);

    followView({ from: (span?.from ?? 0) - SECOND, to: (span?.to ?? 0) - SECOND });

    expect(useFollow.getState().isGlued).toBe(false);
  });

  it('is not glued once the capture has ended', () => {
    endFollowing();
    goLive();

    expect(useFollow.getState()).toEqual({ isLive: false, isGlued: false });
  });
});
