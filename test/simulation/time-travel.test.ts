// The same moments, however one comes to them: run twice, saved and gone on, stepped back, forked; for drawn scenarios
// under faults, of both stacks.
import { describe, expect, it } from 'vitest';
import { TimeTravel } from '../../protocol/sim/run/time-travel.ts';
import { TOPICS } from '../../protocol/sim/scenario/commands.ts';
import type { Scenario } from '../../protocol/sim/scenario/commands.ts';
import { drawScenario } from '../../protocol/sim/swarm/draw.ts';
import { scenarioOf } from './support/notebook.ts';

const SEEDS = Array.from({ length: 12 }, (_, i) => i + 1);

/** Everything that can be seen of a moment. */
function pictureOf(travel: TimeTravel): unknown {
  const { world, tick } = travel;
  const nodes = world.nodes.map(({ phase, life, disk, program }) => [
    phase,
    life,
    disk,
    program?.nodeStatus() ?? program?.totemStatus() ?? null,
  ]);
  return [tick, world.now, world.events, world.hops, nodes];
}

interface Planned {
  readonly scenario: Scenario;
  readonly play: (travel: TimeTravel) => void;
}

/** A drawn scenario whose actions are done as it goes. */
function planned(seed: number): Planned {
  const scenario = scenarioOf(drawScenario(seed));
  const actions = (scenario.blocks[0]?.lines ?? []).flatMap(({ command }) =>
    command.kind === 'action' && command.at !== null ? [{ at: command.at, action: command.action }] : [],
  );
  actions.sort((a, b) => a.at - b.at);
  return {
    scenario,
    play(travel) {
      travel.show(TOPICS);
      for (const { at, action } of actions.filter((one) => one.at < 400_000)) {
        travel.runUntil(at);
        travel.act(action);
      }
      travel.step('events', 3000);
    },
  };
}

describe.each(SEEDS)('seed %i', (seed) => {
  const { scenario, play } = planned(seed);

  it('runs twice alike, forks alike, and goes back and comes again to the same', () => {
    const travel = new TimeTravel(scenario);
    play(travel);
    const end = pictureOf(travel);
    const lines = travel.lines.map(({ text }) => text);
    const again = new TimeTravel(scenario);
    play(again);

    expect(pictureOf(again)).toEqual(end);
    expect(again.lines.map(({ text }) => text)).toEqual(lines);
    expect(pictureOf(travel.fork())).toEqual(end);
    const { tick } = travel;
    travel.seek(Math.floor(tick / 3));
    expect(travel.tick).toBe(Math.floor(tick / 3));
    travel.seek(tick);
    expect(pictureOf(travel)).toEqual(end);
    expect(travel.lines.map(({ text }) => text)).toEqual(lines);
  });
});

const PAIR = scenarioOf('cluster nodes=2 stack=totem token=1000ms');

describe('a run that is stepped', () => {
  it('goes back by event, hop and rotation to where it was', () => {
    const travel = new TimeTravel(PAIR);
    travel.step('rotations', 20);
    const before = pictureOf(travel);
    for (const unit of ['events', 'hops', 'rotations'] as const) {
      travel.step(unit, 5);
      travel.stepBack(unit, 5);
      travel.step('rotations', Math.max(0, 20 - travel.world.rotations));
      expect([unit, pictureOf(travel)]).toEqual([unit, before]);
    }
    travel.stepBack('hops', 1_000_000);

    expect(travel.tick).toBe(0);
  });

  it('has another future where something is done in its past, and the old lines are gone', () => {
    const travel = new TimeTravel(PAIR);
    travel.runUntil(500_000);
    const quiet = travel.fork();
    travel.act({ kind: 'fault', faults: [{ kind: 'kill', node: 2 }] });
    travel.runUntil(3_000_000);
    expect(travel.lines.some(({ text }) => text.includes('token lost in operational'))).toBe(true);

    travel.seek(quiet.tick - 1);
    travel.act({ kind: 'fault', faults: [{ kind: 'clock', node: 1, ppm: 1 }] });
    travel.runUntil(3_000_000);

    expect(travel.lines.some(({ text }) => /kill|token lost/.test(text))).toBe(false);
    expect(travel.check()).toEqual([]);
    quiet.runUntil(3_000_000);
    expect(quiet.lines.some(({ text }) => /kill|clock|token lost/.test(text))).toBe(false);
  });
});
