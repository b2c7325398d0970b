// A client of the swarm that makes images, snapshots and clones, and deletes them. It remembers which image a name
// stands for; where an answer was missing it does not know, and leaves the name alone.
import { FLAG_WRITE, Op, Res } from '../../../../protocol/sheep/operations.ts';
import { padded } from '../../../../protocol/sheep/image/inode.ts';
import { makeHeader, numberField } from '../../../../protocol/sheep/tcp-headers.ts';
import { ask, request, type Response } from '../../../support/sheep/client.ts';
import { living } from '../../../support/sheep/checkers.ts';
import type { World } from '../../../support/sheep/world.ts';
import { askSome } from './clients.ts';

const NAME_OCTETS = 256;
/** Name and tag, as operations on images that exist have them. */
const NAMES_OCTETS = 512;
const IMAGE_OCTETS = 64n * 1024n * 1024n;

type Step = 'make' | 'snapshot' | 'clone' | 'delete';

export class ImageClient {
  isStopped = false;
  /** Versions of each image that are there, the newest last; by name. */
  readonly known = new Map<string, number[]>();
  acknowledged = 0;
  open = 0;
  readonly trouble: string[] = [];
  private readonly unsure = new Set<string>();
  private readonly world: World;
  private readonly pace: number;
  private left: number;
  private next = 1;

  constructor(world: World, { pace, steps }: { readonly pace: number; readonly steps: number }) {
    this.world = world;
    this.pace = pace;
    this.left = steps;
  }

  start(): void {
    this.world.at(this.world.now + this.world.chance.below(this.pace), () => this.work());
  }

  private work(): void {
    if (this.isStopped || this.left-- <= 0) return;
    const { chance } = this.world;
    const names = [...this.known].filter(([name, versions]) => versions.length > 0 && !this.unsure.has(name));
    const step: Step = names.length === 0 ? 'make' : chance.pick(['make', 'snapshot', 'snapshot', 'clone', 'delete']);
    if (step === 'make') this.operate(step, `image-${this.next++}`, 0);
    else {
      const [name, versions] = chance.pick(names);
      if (step === 'clone') this.operate(step, `clone-${this.next++}`, versions.at(-1) ?? 0);
      else this.operate(step, name, versions.at(-1) ?? 0);
    }
  }

  private operate(step: Step, name: string, base: number): void {
    const { world } = this;
    const isDeletion = step === 'delete';
    const fields = isDeletion
      ? { protoVer: 1, flags: FLAG_WRITE, dataLength: NAMES_OCTETS }
      : { vdiSize: IMAGE_OCTETS, baseVdiId: base, snapid: step === 'snapshot' ? 1 : 0, flags: FLAG_WRITE };
    const data = padded(name, isDeletion ? NAMES_OCTETS : NAME_OCTETS);
    const header = makeHeader('request', isDeletion ? Op.DEL_VDI : Op.NEW_VDI, { dataLength: data.length, ...fields });
    this.open++;
    askSome(
      world,
      (to, whenOver) => ask(world, to, header, data, whenOver),
      (got) => this.operated(step, name, got === 'gone' ? null : got),
    );
  }

  private operated(step: Step, name: string, got: Response | null): void {
    this.open--;
    if (got?.header.result === Res.SUCCESS) {
      this.acknowledged++;
      const versions = this.known.get(name) ?? [];
      if (step === 'delete') versions.pop();
      else versions.push(numberField(got.header, 'vdiId'));
      this.known.set(name, versions);
      if (new Set([...this.known.values()].flat()).size < [...this.known.values()].flat().length)
        this.trouble.push(`${name} has the id of another image`);
    } else this.unsure.add(name);
    this.start();
  }

  /** When all is quiet: every name stands for its image, through every sheep. */
  finalTrouble(): readonly string[] {
    const trouble: string[] = [];
    const through = living(this.world);
    for (const [name, versions] of this.known)
      for (const { node } of this.unsure.has(name) ? [] : through) {
        const fields = { protoVer: 1, flags: FLAG_WRITE, dataLength: NAMES_OCTETS };
        const answer = request(this.world, node, Op.GET_VDI_INFO, fields, padded(name, NAMES_OCTETS));
        const result = answer?.header.result ?? 'nothing';
        const found = answer !== null && result === Res.SUCCESS ? numberField(answer.header, 'vdiId') : null;
        const wanted = versions.at(-1) ?? null;
        const isRight = found === wanted && (wanted !== null || result === Res.NO_VDI);
        if (!isRight) trouble.push(`${name} is ${found} (${result}), not ${wanted}, through .${node.last}`);
      }
    return trouble;
  }
}
