// The simulated world: how many events it runs a second, an event being one step of one node or one delivery of one
// datagram, and how soon a large ring is formed. Seconds are of the wall, the median of several runs.
import { parseScenario } from '../../protocol/sim/scenario/parse.ts';
import { Runner } from '../../protocol/sim/run/runner.ts';
import type { Scenario } from '../../protocol/sim/scenario/commands.ts';
import { median, type Figure } from './figures.ts';

const RUNS = 5;
const IDLE_EVENTS = 2_000_000;
const LOAD_EVENTS = 500_000;
const LARGE_RING = 128;

function scenarioOf(text: string): Scenario {
  const scenario = parseScenario(text);
  if (!scenario.ok) throw new Error(`line ${scenario.problem.line}: ${scenario.problem.says}`);
  return scenario.value;
}

/** Runs the first block, then events for so long; events a second. Throws where a law is broken. */
function eventsPerSecond(text: string, events: number, isWatched: boolean): number {
  const scenario = scenarioOf(`${text}\nrun ${events} events\n`);
  const rates = Array.from({ length: RUNS + 1 }, () => {
    const runner = new Runner({ scenario, isWatched, isTold: isWatched });
    runner.begin();
    const [settle, measured] = scenario.blocks;
    if (settle !== undefined) runner.run(settle);
    const { world } = runner;
    const before = world.events;
    const start = performance.now();
    if (measured !== undefined) runner.run(measured);
    const seconds = (performance.now() - start) / 1000;
    if (runner.failures.length > 0) throw new Error(runner.failures[0]);
    return (world.events - before) / seconds;
  });
  // The first run compiles.
  return median(rates.slice(1));
}

function secondsToForm(nodes: number): number {
  const scenario = scenarioOf(`cluster nodes=${nodes} stack=totem\nrun until=ring\nexpect members 1-${nodes}\n`);
  return median(
    Array.from({ length: RUNS }, () => {
      const runner = new Runner({ scenario, isTold: false });
      const start = performance.now();
      runner.begin();
      for (const block of scenario.blocks) runner.run(block);
      if (runner.failures.length > 0) throw new Error(runner.failures[0]);
      return (performance.now() - start) / 1000;
    }),
  );
}

/** A block ends with its divider and the transcript, which is empty here. */
const SETTLED = 'run until=stable\n----\n';

/** Every node speaks once in a millisecond. */
const traffic = (group: string): string => `\nshow nothing\ntraffic all ${group} every=1ms size=300 count=1000000`;
const LOADS = [
  ['Totem alone', `cluster nodes=8 stack=totem\n${SETTLED}${traffic('')}`],
  ['whole nodes', `cluster nodes=8\nrun until=stable\njoin all g\n${SETTLED}${traffic('g')}`],
] as const;

export function simulatorFigures(): readonly Figure[] {
  const unit = 'events/s';
  return [
    {
      what: 'simulator, 8 idle nodes',
      value: eventsPerSecond(`cluster nodes=8 stack=totem\n${SETTLED}`, IDLE_EVENTS, false),
      unit,
      atLeast: 1_000_000,
    },
    ...LOADS.map(([name, text]) => ({
      what: `simulator, 8 nodes under load, every checker, ${name}`,
      value: eventsPerSecond(text, LOAD_EVENTS, true),
      unit,
      atLeast: 300_000,
    })),
    { what: `simulator, a ring of ${LARGE_RING} is formed`, value: secondsToForm(LARGE_RING), unit: 's', atMost: 1 },
  ];
}
