// Parts of the window take turns at what a capture that goes on brings, and all at once what a person does.
import { describe, expect, it } from 'vitest';
import { Turns, type Frames } from '../../../../renderer/state/turns/turns.ts';

/** Frames that pass when told to, and a clock that moves when told to. */
class TestFrames implements Frames {
  time = 0;
  drawn = 0;
  private readonly waiting: (() => void)[] = [];
  private readonly painted: (() => void)[] = [];

  next(run: () => void): void {
    this.waiting.push(run);
  }
  after(run: () => void): void {
    this.painted.push(run);
  }
  draw(run: () => void): void {
    this.drawn++;
    run();
  }
  now(): number {
    return this.time;
  }

  /** One frame, and its painting. */
  pass(paintMs = 0): void {
    for (const run of this.waiting.splice(0)) run();
    this.time += paintMs;
    for (const run of this.painted.splice(0)) run();
  }
}

function parts(frames: TestFrames, turns: Turns, costs: readonly number[]) {
  const took: number[] = [];
  const takers = costs.map((cost, i) => ({
    take: () => {
      took.push(i);
      frames.time += cost;
    },
  }));
  const changed = (): void => {
    for (const taker of takers) turns.changed(taker);
  };
  return { took, takers, changed };
}

describe('turns', () => {
  it('spread what costs much over frames, one after the other', () => {
    const frames = new TestFrames();
    const turns = new Turns(frames);
    const { took, changed } = parts(frames, turns, [3, 3, 1, 9, 1]);

    turns.inTurns(changed);
    expect(took).toEqual([]);
    frames.pass();
    expect(took).toEqual([0, 1]);
    frames.pass();
    expect(took).toEqual([0, 1, 2, 3]);
    frames.pass();
    expect(took).toEqual([0, 1, 2, 3, 4]);
    expect(frames.drawn).toBe(5);
  });

  it('are over once all have had theirs, with what that cost and its painting', () => {
    const frames = new TestFrames();
    const turns = new Turns(frames);
    const { changed } = parts(frames, turns, [5, 5]);
    const done: number[] = [];
    turns.inTurns(changed, (cost) => done.push(cost));
    frames.pass(2);
    expect(done).toEqual([]);
    frames.pass(2);
    expect(done).toEqual([14]);
  });

  it('are given in the order of asking: who had none yet comes first', () => {
    const frames = new TestFrames();
    const turns = new Turns(frames);
    const { took, changed } = parts(frames, turns, [5, 5, 5]);
    turns.inTurns(changed);
    frames.pass();
    turns.inTurns(changed);
    for (let i = 0; i < 4; i++) frames.pass();
    expect(took).toEqual([0, 1, 2, 0]);
  });

  it('wait for nobody where a person acts: who was waiting is up to date with that', () => {
    const frames = new TestFrames();
    const turns = new Turns(frames);
    const { took, changed } = parts(frames, turns, [9, 9]);
    turns.inTurns(changed);
    changed();
    expect(took).toEqual([0, 1]);
    frames.pass();
    expect(took).toEqual([0, 1]);
  });

  it('are not given to parts that are no more, and end with none left', () => {
    const frames = new TestFrames();
    const turns = new Turns(frames);
    const { took, takers, changed } = parts(frames, turns, [9, 9]);
    let isDone = false;
    turns.inTurns(changed, () => (isDone = true));
    for (const taker of takers) turns.leave(taker);
    frames.pass();
    expect([took, isDone]).toEqual([[], true]);
  });

  it('are ended by a change that fails, and given for the next', () => {
    const frames = new TestFrames();
    const turns = new Turns(frames);
    const { took, changed } = parts(frames, turns, [0]);
    expect(() => turns.inTurns(() => expect.fail('broken'))).toThrow('broken');
    changed();
    expect(took).toEqual([0]);
  });
});
