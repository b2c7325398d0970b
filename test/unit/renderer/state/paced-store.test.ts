// A part of the window sees all stores as they were at its last turn, and outside of turns as they are.
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { createPaced, Part } from '../../../../renderer/state/turns/paced-store.ts';
import { turns } from '../../../../renderer/state/turns/turns.ts';

const frames: (() => void)[] = [];
const pass = (): void => {
  for (const run of frames.splice(0)) run();
  vi.advanceTimersByTime(1);
};

beforeEach(() => {
  frames.length = 0;
  vi.useFakeTimers();
  vi.stubGlobal('requestAnimationFrame', (run: () => void) => frames.push(run));
  return () => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  };
});

describe('a part of the window', () => {
  it('sees two stores change together, when its turn comes', () => {
    const [rows, time] = [createPaced(() => ({ row: 0 })), createPaced(() => ({ at: 0 }))];
    const part = new Part();
    const [ownRows, ownTime] = [part.of(rows), part.of(time)];
    const told: string[] = [];
    const tell = (): void => void told.push(`${ownRows.getState().row} ${ownTime.getState().at}`);
    ownRows.subscribe(tell);
    ownTime.subscribe(tell);

    turns.inTurns(() => {
      rows.setState({ row: 1 });
      time.setState({ at: 10 });
    });
    expect([rows.getState().row, ownRows.getState().row, ownTime.getState().at]).toEqual([1, 0, 0]);
    pass();
    expect(told.at(-1)).toBe('1 10');
  });

  it('sees at once what a person does, with all that was waiting', () => {
    const [rows, time] = [createPaced(() => ({ row: 0 })), createPaced(() => ({ at: 0 }))];
    const part = new Part();
    const [ownRows, ownTime] = [part.of(rows), part.of(time)];
    ownRows.subscribe(() => undefined);
    ownTime.subscribe(() => undefined);
    turns.inTurns(() => rows.setState({ row: 1 }));
    time.setState({ at: 5 });
    expect([ownRows.getState().row, ownTime.getState().at]).toEqual([1, 5]);
    pass();
  });

  it('begins with what there is when it begins to listen, and again after a rest', () => {
    const rows = createPaced(() => ({ row: 0 }));
    const own = new Part().of(rows);
    expect(own.getState().row).toBe(0);
    rows.setState({ row: 1 });
    const stop = own.subscribe(() => undefined);
    expect(own.getState().row).toBe(1);
    stop();
    rows.setState({ row: 2 });
    own.subscribe(() => undefined);
    expect(own.getState().row).toBe(2);
  });
});
