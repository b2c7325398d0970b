// Clients of the swarm: some write blocks of objects, one makes images. They remember what was acknowledged.
import { FLAG_WRITE, Op, Res } from '../../../../protocol/sheep/operations.ts';
import { padded } from '../../../../protocol/sheep/image/inode.ts';
import { makeHeader, numberField } from '../../../../protocol/sheep/tcp-headers.ts';
import { ask, request, type Response } from '../../../support/sheep/client.ts';
import { BLOCK, blockOctets, living, type BlockHistory } from '../../../support/sheep/checkers.ts';
import type { World, WorldNode } from '../../../support/sheep/world.ts';

const LOOK_MICROS = 2_000;
/** So long a client waits for an answer before it goes to another sheep. */
const PATIENCE_MICROS = 8_000_000;
const NAME_OCTETS = 256;
const IMAGE_OCTETS = 64n * 1024n * 1024n;
const IMAGE_PACE_MICROS = 700_000;
const IMAGES_MAX = 2;

/** Asks one that listens; `then` has the answer, or null where there was none in time. */
function askSome(world: World, make: (to: WorldNode) => ReturnType<typeof ask>, then: (got: Response | null) => void) {
  const open = world.nodes.filter(({ isListening, isPaused }) => isListening && !isPaused);
  if (open.length === 0) {
    world.at(world.now + 50_000, () => then(null));
    return;
  }
  const asked = make(world.chance.pick(open));
  const started = world.now;
  const look = (): void => {
    if (!asked.isOver && world.now - started < PATIENCE_MICROS) {
      world.at(world.now + LOOK_MICROS, look);
      return;
    }
    if (!asked.isOver) asked.close();
    then(asked.answer);
  };
  look();
}

export interface WriterOptions {
  readonly copies: number;
  readonly pace: number;
  /** First of the values that it writes: each is written once. */
  readonly first: number;
}

/** Writes its own blocks, one at a time, over whichever sheep answers. */
export class Writer {
  acknowledged = 0;
  isStopped = false;
  private readonly world: World;
  private readonly histories: readonly BlockHistory[];
  private readonly options: WriterOptions;
  private next: number;

  constructor(world: World, histories: readonly BlockHistory[], options: WriterOptions) {
    this.world = world;
    this.histories = histories;
    this.options = options;
    this.next = options.first;
  }

  start(): void {
    this.world.at(this.world.now + this.world.chance.below(this.options.pace), () => this.write());
  }

  private write(): void {
    if (this.isStopped) return;
    const { world } = this;
    const history = world.chance.pick(this.histories);
    const { oid, block, isMade, since } = history;
    const value = this.next++;
    since.add(value);
    const { copies } = this.options;
    const opcode = isMade ? Op.WRITE_OBJ : Op.CREATE_AND_WRITE_OBJ;
    const fields = { oid, copies, offset: BigInt(block * BLOCK), flags: FLAG_WRITE, dataLength: BLOCK };
    askSome(
      world,
      (to) => ask(world, to, makeHeader('request', opcode, fields), blockOctets(value)),
      (answer) => {
        if (answer?.header.result === Res.SUCCESS) {
          history.isMade = true;
          history.acknowledged = value;
          since.clear();
          this.acknowledged++;
        }
        this.start();
      },
    );
  }
}

/** Makes images, one after the other. */
export class ImageMaker {
  isStopped = false;
  /** Ids of the images that were acknowledged, by name. */
  readonly made = new Map<string, number>();
  private readonly world: World;
  private next = 1;

  constructor(world: World) {
    this.world = world;
  }

  start(): void {
    this.world.at(this.world.now + this.world.chance.below(IMAGE_PACE_MICROS), () => this.make());
  }

  private make(): void {
    if (this.isStopped || this.next > IMAGES_MAX) return;
    const name = `image-${this.next++}`;
    const fields = { vdiSize: IMAGE_OCTETS, flags: FLAG_WRITE, dataLength: NAME_OCTETS };
    askSome(
      this.world,
      (to) => ask(this.world, to, makeHeader('request', Op.NEW_VDI, fields), padded(name, NAME_OCTETS)),
      (answer) => {
        if (answer?.header.result === Res.SUCCESS) this.made.set(name, numberField(answer.header, 'vdiId'));
        this.start();
      },
    );
  }
}

/** Every image that was acknowledged is found by its name, through every sheep. */
export function imageTrouble(world: World, { made }: ImageMaker): readonly string[] {
  const trouble: string[] = [];
  for (const [name, vdi] of made)
    for (const { node } of living(world)) {
      const fields = { protoVer: 1, flags: FLAG_WRITE, dataLength: NAME_OCTETS };
      const answer = request(world, node, Op.GET_VDI_INFO, fields, padded(name, NAME_OCTETS));
      const found = answer?.header.result === Res.SUCCESS ? numberField(answer.header, 'vdiId') : null;
      if (found !== vdi) trouble.push(`${name} is ${found}, not ${vdi}, through .${node.last}`);
    }
  return trouble;
}
