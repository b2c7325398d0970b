// What can be done to a node of the lab, as verbs and the prompt's lines that they stand for. Pure.
import type { LabNodeView } from '../../../app/lab/lab-view.ts';

/** A button or an entry of a menu: a verb, and the prompt's line that it stands for. */
export interface Deed {
  readonly verb: string;
  readonly line: string;
}

const PERCENTS = [5, 30, 100];

/** What can be done to a node, the commonest first. `others` are the numbers of the other nodes. */
export function deedsOf(
  { spec: { number }, condition, status }: LabNodeView,
  active: ReadonlyMap<string, string>,
  others: readonly number[],
  has: { readonly sheep: boolean; readonly disk: boolean },
): { readonly first: readonly Deed[]; readonly more: readonly (readonly Deed[])[] } {
  const n = number;
  const fault = (verb: string, words: string): Deed => ({ verb, line: `fault ${words}` });
  const toggle = (name: string, on: Deed, off: Deed): Deed => (active.has(name) ? off : on);
  if (condition === 'stopped') return { first: [fault(`Start node ${n}`, `start ${n}`)], more: [] };
  const pause =
    condition === 'paused' ? fault(`Resume node ${n}`, `resume ${n}`) : fault(`Pause node ${n}`, `pause ${n}`);
  const link = toggle(
    'interface',
    fault(`Interface down on node ${n}`, `interface ${n} down`),
    fault(`Interface up on node ${n}`, `interface ${n} up`),
  );
  const cuts = others.map((from) =>
    toggle(
      `cut ${from}`,
      fault(`Cut ${from} → ${n}`, `cut ${from}>${n}`),
      fault(`Mend ${from} → ${n}`, `mend ${from}>${n}`),
    ),
  );
  const quality = [
    toggle(
      'deaf',
      fault(`Make node ${n} deaf to multicasts`, `deaf ${n}`),
      fault(`Let node ${n} hear`, `deaf ${n} off`),
    ),
    ...PERCENTS.map((percent) => fault(`Lose ${percent} % at node ${n}`, `loss ${n} ${percent}`)),
    ...(active.has('loss') ? [fault(`Lose nothing at node ${n}`, `loss ${n} 0`)] : []),
    toggle('delay', fault(`Delay by 20 ms at node ${n}`, `delay ${n} 20`), fault(`End the delay`, `delay ${n} 0`)),
    toggle(
      'mtu',
      fault(`Lose what is longer than 1000 octets`, `mtu ${n} 1000`),
      fault('Let all sizes pass', `mtu ${n} 0`),
    ),
  ];
  const disk = active.has('disk')
    ? [fault(`Free the disk of node ${n}`, `disk ${n} ok`)]
    : [fault(`Fill the disk of node ${n}`, `disk ${n} full`), fault(`Slow the disk by 200 ms`, `disk ${n} slow 200`)];
  const sheep: readonly Deed[] = !has.sheep
    ? []
    : status?.sheep == null
      ? [{ verb: `Start the sheep of node ${n}`, line: `n${n}> service sheepdog start` }]
      : [
          { verb: `Stop the sheep of node ${n}`, line: `n${n}> service sheepdog stop` },
          { verb: `Kill the sheep of node ${n}`, line: `n${n}> pkill -9 sheep` },
        ];
  return {
    first: [fault(`Kill node ${n}`, `kill ${n}`), pause, fault(`Let node ${n} leave`, `leave ${n}`), link],
    more: [cuts, quality, has.disk ? disk : [], sheep],
  };
}
