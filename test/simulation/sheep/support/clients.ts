// Clients of the swarm that write and read objects, all of them the same few, each through a sheep by chance every
// time. What they are told is held against the registers.
import { FLAG_COW, FLAG_WEAK_CONSISTENCY, FLAG_WRITE, Op, Res } from '../../../../protocol/sheep/operations.ts';
import { objectIdOf, objectIdText, readObjectId } from '../../../../protocol/sheep/object-id.ts';
import { makeHeader } from '../../../../protocol/sheep/tcp-headers.ts';
import { ask, request, type Asked, type Response } from '../../../support/sheep/client.ts';
import { living } from '../../../support/sheep/checkers.ts';
import type { World, WorldNode } from '../../../support/sheep/world.ts';
import { BLOCK, blockOctets, blockValue, TrackedObject, type WriteEnd } from './registers.ts';

/** So long a client waits for an answer before it goes away. */
const PATIENCE_MICROS = 8_000_000;
/** Blocks that are used of each object, not all of them neighbours. */
const BLOCKS = [0, 1, 2, 15];
const LONGEST = 3;
const VDI = 0x12_3456;
const REST_MICROS = 50_000;
const QUICK_MICROS = 2_000;

/** Asks one that listens; `then` has the answer, null where the connection broke, `gone` where it went away itself. */
export function askSome(
  world: World,
  make: (to: WorldNode, whenOver: (got: Response | null) => void) => Asked,
  then: (got: Response | null | 'gone', through: WorldNode | null) => void,
): void {
  const open = world.nodes.filter(({ isListening, isPaused }) => isListening && !isPaused);
  if (open.length === 0) {
    world.at(world.now + REST_MICROS, () => then(null, null));
    return;
  }
  let isOver = false;
  const to = world.chance.pick(open);
  const end = (got: Response | null | 'gone'): void => {
    if (isOver) return;
    isOver = true;
    then(got, to);
  };
  const asked = make(to, end);
  world.at(world.now + PATIENCE_MICROS, () => {
    if (isOver) return;
    asked.close();
    end('gone');
  });
}

/** All nodes are members of a sheep's cluster, as it knows. */
function areAllThere(world: World, { engine }: WorldNode): boolean {
  return engine?.inspect().members.length === world.nodes.length;
}

export interface ClientsOptions {
  readonly copies: number;
  /** Clients that work at the same time. */
  readonly clients: number;
  readonly objects: number;
  /** Microseconds that a client thinks between two requests, at most. */
  readonly pace: number;
}

/** The clients together, and the objects that they share. */
export class Clients {
  acknowledged = 0;
  reads = 0;
  isStopped = false;
  /** Requests that are not over. */
  open = 0;
  readonly trouble: string[] = [];
  readonly objects: TrackedObject[];
  /** Objects that are only read at the end. */
  private readonly frozen: TrackedObject[] = [];
  /** What is made as a copy, and of which object. */
  private readonly copies = new Map<TrackedObject, TrackedObject>();
  private readonly world: World;
  private readonly options: ClientsOptions;
  private readonly making = new Set<TrackedObject>();
  private next = 1;
  private nextIndex = 0;

  constructor(world: World, options: ClientsOptions) {
    this.world = world;
    this.options = options;
    // Attributes are the smallest objects there are; one object is of data, to be copied on write.
    this.objects = Array.from({ length: options.objects }, (_, i) => this.newObject(i === 0 ? 'data' : 'attr'));
  }

  private newObject(kind: 'data' | 'attr'): TrackedObject {
    return new TrackedObject(objectIdOf({ kind, vdi: VDI, index: this.nextIndex++ }));
  }

  start(): void {
    for (let i = 0; i < this.options.clients; i++) this.rest();
  }

  /** Some clients go on at once, others think. */
  private rest(): void {
    const { chance, now } = this.world;
    const thought = chance.oneIn(3) ? QUICK_MICROS : this.options.pace;
    this.world.at(now + chance.below(thought), () => this.work());
  }

  private work(): void {
    if (this.isStopped) return;
    const { chance } = this.world;
    const object = chance.pick(this.objects);
    const block = chance.pick(BLOCKS);
    const rest = (): void => this.rest();
    if (object.madeAt === null) {
      if (this.making.has(object)) this.rest();
      else this.write(object, block, 'make', rest);
    } else if (chance.oneIn(2)) {
      this.write(object, block, 'write', rest);
      // At the same time, through another sheep: another value, or a look at what is there.
      if (chance.oneIn(3)) this.write(object, block, 'write', () => undefined);
      if (chance.oneIn(4)) this.read(object, block, () => undefined);
    } else this.read(object, block, rest);
  }

  /** An object that is like another one, which is written no more. */
  copy(base: TrackedObject): void {
    const { kind, vdi } = readObjectId(base.oid);
    const oid = objectIdOf({ kind, vdi, index: this.nextIndex++ });
    const was = new Map(BLOCKS.map((block) => [block, base.register(block).settled(this.world.now) ?? 0]));
    const made = new TrackedObject(oid, (block) => was.get(block) ?? 0);
    for (const block of BLOCKS) made.register(block);
    this.objects.push(made);
    this.copies.set(made, base);
  }

  /** Freezes the object of data and has copies made of it; false where what is in it is not known. */
  branch(): boolean {
    const [base] = this.objects;
    if (base === undefined || base.madeAt === null || this.copies.size > 0) return false;
    if (!BLOCKS.every((block) => base.register(block).settled(this.world.now) !== null)) return false;
    this.objects.shift();
    this.frozen.push(base);
    this.copy(base);
    this.copy(base);
    return true;
  }

  private write(object: TrackedObject, first: number, how: 'make' | 'write', then: () => void): void {
    const { world } = this;
    const { chance } = world;
    const value = this.next++;
    const count = first === 0 && chance.oneIn(3) ? 1 + chance.below(LONGEST) : 1;
    const blocks = Array.from({ length: count }, (_, i) => first + i);
    const ends = blocks.map((block) => object.register(block).begin(value, () => world.now));
    const base = how === 'make' ? this.copies.get(object) : undefined;
    const header = makeHeader('request', how === 'make' ? Op.CREATE_AND_WRITE_OBJ : Op.WRITE_OBJ, {
      oid: object.oid,
      cowOid: base?.oid ?? 0n,
      copies: this.options.copies,
      offset: BigInt(first * BLOCK),
      flags: FLAG_WRITE | (base === undefined ? 0 : FLAG_COW),
      dataLength: count * BLOCK,
    });
    if (how === 'make') this.making.add(object);
    this.open++;
    askSome(
      world,
      (to, whenOver) => ask(world, to, header, blockOctets(value, count), whenOver),
      (got) => {
        this.written(object, how, ends, got);
        // Read at once through another sheep: it may have another copy.
        if (got !== 'gone' && got?.header.result === Res.SUCCESS && chance.oneIn(2)) this.read(object, first, then);
        else then();
      },
    );
  }

  private written(
    object: TrackedObject,
    how: 'make' | 'write',
    ends: readonly WriteEnd[],
    got: Response | null | 'gone',
  ): void {
    this.open--;
    this.making.delete(object);
    const isDone = got !== 'gone' && got?.header.result === Res.SUCCESS;
    for (const end of ends)
      if (isDone) end.acknowledged();
      else if (got !== 'gone') end.failed();
    if (isDone) {
      this.acknowledged++;
      object.madeAt ??= this.world.now;
    } else if (how === 'make' && got === 'gone') this.giveUp(object);
  }

  /** It may be made at any time from now on: another one takes its place. */
  private giveUp(object: TrackedObject): void {
    object.isGivenUp = true;
    const at = this.objects.indexOf(object);
    if (this.copies.has(object)) this.objects.splice(at, 1);
    else this.objects[at] = this.newObject(readObjectId(object.oid).kind === 'data' ? 'data' : 'attr');
  }

  private read(object: TrackedObject, block: number, then: () => void): void {
    const { world } = this;
    const start = world.now;
    let wereAllThere = false;
    this.open++;
    askSome(
      world,
      (to, whenOver) => {
        wereAllThere = areAllThere(world, to);
        return ask(world, to, readHeader(object, block), undefined, whenOver);
      },
      (got, to) => {
        this.open--;
        this.check(object, block, { start, wereAllThere }, got === 'gone' ? null : got, to);
        then();
      },
    );
  }

  private check(
    object: TrackedObject,
    block: number,
    { start, wereAllThere }: { readonly start: number; readonly wereAllThere: boolean },
    got: Response | null,
    to: WorldNode | null,
  ): void {
    if (got === null || to === null) return;
    const { result } = got.header;
    const isThere = object.madeAt !== null && object.madeAt < start;
    const when = `from ${start} to ${this.world.now}`;
    const where = `block ${block} of ${objectIdText(object.oid)} through .${to.last} ${when}`;
    const isMissing = isThere && (result === Res.NO_OBJ || result === Res.EIO);
    // Somebody who is away may have the only newest copy: the others may have been about to take it.
    if (isMissing && wereAllThere && areAllThere(this.world, to)) this.trouble.push(`${where}: result ${result}`);
    if (result !== Res.SUCCESS) return;
    this.reads++;
    const wrong = object.register(block).trouble(blockValue(got.data), start);
    if (wrong !== null) this.trouble.push(`${where}: ${wrong}`);
  }

  /** When all is quiet: every block through every sheep. */
  finalTrouble(): readonly string[] {
    const trouble: string[] = [];
    const through = living(this.world);
    for (const object of [...this.objects, ...this.frozen])
      for (const block of object.madeAt === null ? [] : object.known)
        for (const { node } of through) {
          const start = this.world.now;
          const answer = request(this.world, node, Op.READ_OBJ, readFields(object, block));
          const result = answer?.header.result ?? 'nothing';
          const value = answer !== null && result === Res.SUCCESS ? blockValue(answer.data) : null;
          const wrong = value === null ? `result ${result}` : object.register(block).trouble(value, start);
          const where = `block ${block} of ${objectIdText(object.oid)} through .${node.last} in the end`;
          if (wrong !== null) trouble.push(`${where}: ${wrong}`);
        }
    return trouble;
  }
}

const readFields = ({ oid }: TrackedObject, block: number) => ({
  oid,
  offset: BigInt(block * BLOCK),
  dataLength: BLOCK,
  flags: FLAG_WEAK_CONSISTENCY,
});

const readHeader = (object: TrackedObject, block: number) =>
  makeHeader('request', Op.READ_OBJ, readFields(object, block));
