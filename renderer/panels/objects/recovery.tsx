// Recovery as it went: from which node's copy to which node, how far each has got, which copies still lack. In words
// and figures what the flights on the hash ring show.
import type { ReactNode } from 'react';
import { flowsOf, type MoveFlow } from '../../../app/lab/objects/moves.ts';
import { differenceOf, progressOf, type StoreMap } from '../../../app/lab/objects/store-map.ts';
import type { SeenMove } from '../../lab/lab-moves.ts';
import { selectObject } from '../../state/actions.ts';
import { namesOf } from './words.ts';

/** Objects that are named of those that still lack a copy. */
const MISSING_SHOWN_MAX = 12;

const nameOf = ({ nodes }: StoreMap, number: number): string =>
  nodes.find((node) => node.number === number)?.name ?? `n${number}`;

function sourceText(map: StoreMap, { from, to }: Pick<MoveFlow, 'from' | 'to'>): string {
  if (from.includes(to)) return 'there before';
  if (from.length === 0) return 'from nobody known';
  return `from ${from.map((number) => nameOf(map, number)).join(' or ')}`;
}

export function moveText(map: StoreMap, { oid, from, to, epoch }: SeenMove): readonly string[] {
  return [oid, nameOf(map, to), sourceText(map, { from, to }), String(epoch)];
}

function Missing({ map }: { readonly map: StoreMap }): ReactNode {
  const lacking = map.objects.flatMap((object) => {
    const missing = differenceOf(object)?.missing ?? [];
    return missing.length === 0 ? [] : [{ oid: object.oid, missing }];
  });
  if (lacking.length === 0) return null;
  return (
    <p className="recovery-missing">
      <b className="object-odd">Still missing</b>{' '}
      {lacking.slice(0, MISSING_SHOWN_MAX).map(({ oid, missing }) => (
        <button key={oid} type="button" title={`object ${oid}`} onClick={() => selectObject(oid)}>
          {oid.slice(2, 8)}:{oid.slice(-4)} on {namesOf(map.nodes, missing)}
        </button>
      ))}
      {lacking.length > MISSING_SHOWN_MAX ? ` … ${lacking.length - MISSING_SHOWN_MAX} more` : ''}
    </p>
  );
}

/** Nothing in the first epoch, in which objects are written and none is recovered. */
export function Recovery({ map, moves }: { readonly map: StoreMap; readonly moves: readonly SeenMove[] }): ReactNode {
  const isUnderWay = map.objects.some((object) => (differenceOf(object)?.missing.length ?? 0) > 0);
  if (map.epoch < 2 || (moves.length === 0 && !isUnderWay)) return null;
  return (
    <section className="recovery" aria-label={`recovery of epoch ${map.epoch}`}>
      <h3>Recovery of epoch {map.epoch}</h3>
      <ul className="recovery-nodes">
        {progressOf(map).map(({ name, wanted, here }) => (
          <li key={name}>
            <b>{name}</b>
            <progress max={Math.max(1, wanted)} value={wanted === 0 ? 1 : here} aria-label={`recovered on ${name}`} />
            {here} of {wanted}
          </li>
        ))}
      </ul>
      <ul className="recovery-flows">
        {flowsOf(moves).map(({ from, to, copies }) => (
          <li key={`${from.join()}>${to}`}>
            {copies} {copies === 1 ? 'copy' : 'copies'} on {nameOf(map, to)}, {sourceText(map, { from, to })}
          </li>
        ))}
      </ul>
      {moves.some(({ from, to }) => from.length !== 1 && !from.includes(to)) ? (
        <p className="recovery-note">Where several had a copy, the disks do not tell which of them gave it.</p>
      ) : null}
      <Missing map={map} />
    </section>
  );
}
