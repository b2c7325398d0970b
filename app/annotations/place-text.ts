// Where an annotation is, in words. Pure.
import { nsOf, type Annotation } from './annotation.ts';

export interface PlaceWords {
  readonly label: (nodeid: number) => string;
  /** Of nanoseconds since the epoch of the store. */
  readonly since: (ns: number) => string;
  readonly epochNs: bigint;
}

export function placeText({ on }: Annotation, { label, since, epochNs }: PlaceWords): string {
  const relative = (time: string): string => since(Number(nsOf(time) - epochNs));
  switch (on.kind) {
    case 'packet':
      return `frame ${on.frame}`;
    case 'span':
      return `${relative(on.from)} to ${relative(on.to)}`;
    case 'node':
      return label(on.nodeid);
    case 'finding':
      return on.finding;
  }
}
