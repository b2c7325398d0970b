// qemu-img create, convert and info for raw images and sheepdog: the forms of its arguments, what it prints, what it
// returns. Files and stores are opened elsewhere.
import { DATA_OBJECT_OCTETS, isSnapshot } from '../../../protocol/sheep/image/inode.ts';
import { SHEEP_PORT } from '../../../protocol/sheep/node-entry.ts';
import { copyImage, Stopped, type ImageSource, type ImageTarget } from './image-copy.ts';
import { createFile, fileImage, FileTrouble, openFileSource, openFileTarget } from './image-file.ts';
import { imageText, isStoreName, readImageName, type ImageName } from './image-name.ts';
import { readSize, sizeText } from './sizes.ts';
import { StoreClient, StoreTrouble, type Peer } from './store-client.ts';
import { createImage, findImage, storeSource, storeTarget } from './store-image.ts';

export interface ImageSurroundings {
  readonly print: (to: 'stdout' | 'stderr', text: string) => void;
  /** The sheep of names without an address. */
  readonly store: Peer;
  /** Where a file lies that is named so. */
  readonly pathOf: (name: string) => string;
  readonly signal: AbortSignal;
}

/** What was asked for is not understood: one sentence. */
class WrongUsage extends Error {}

const INTERRUPTED = 130;
/** Percent of progress that are worth a line. */
const PROGRESS_STEP = 1;

interface Words {
  readonly flags: ReadonlySet<string>;
  readonly values: ReadonlyMap<string, string>;
  readonly names: readonly string[];
}

/** Splits short options off, also joined to their value; `withValue` are those that have one. */
function readWords(words: readonly string[], withValue: string, without: string): Words {
  const flags = new Set<string>();
  const values = new Map<string, string>();
  const names: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    const long = /^--output=(.*)$/.exec(word);
    const letter = word[1] ?? '';
    if (long !== null && withValue.includes('!')) values.set('output', long[1] ?? '');
    else if (!word.startsWith('-') || word === '-') names.push(word);
    else if (withValue.includes(letter)) {
      const value = word.length > 2 ? word.slice(2) : words[++i];
      if (value === undefined) throw new WrongUsage(`-${letter} wants a value`);
      values.set(letter, value);
    } else if (word.length === 2 && without.includes(letter)) flags.add(letter);
    else throw new WrongUsage(`${word} is no option of it here`);
  }
  return { flags, values, names };
}

/** Only raw images are read and written; qemu's own word for that may be left out. */
function checkRaw(format: string | undefined, option: string): void {
  if (format !== undefined && format !== 'raw')
    throw new WrongUsage(`-${option} ${format}: only raw images are read and written here`);
}

class QemuImg {
  private readonly around: ImageSurroundings;
  private readonly clients = new Map<string, StoreClient>();

  constructor(around: ImageSurroundings) {
    this.around = around;
  }

  private async clientFor({ host, port }: ImageName): Promise<StoreClient> {
    const { store, print } = this.around;
    const peer = { host: host ?? store.host, port: port ?? (host === null ? store.port : SHEEP_PORT) };
    const key = `${peer.host} ${peer.port}`;
    const known = this.clients.get(key);
    if (known !== undefined) return known;
    const client = await StoreClient.open(peer, (says) => print('stderr', `qemu-img: ${says}\n`));
    this.clients.set(key, client);
    return client;
  }

  close(): void {
    for (const client of this.clients.values()) client.close();
  }

  private nameOf(text: string): ImageName {
    const name = readImageName(text);
    if (!name.ok) throw new WrongUsage(name.problem);
    return name.value;
  }

  async create(words: readonly string[]): Promise<void> {
    const { flags, values, names } = readWords(words, 'fobF', 'q6e');
    checkRaw(values.get('f'), 'f');
    checkRaw(values.get('F'), 'F');
    const [file, sizeWord, more] = names;
    const options = values.get('o')?.split(',') ?? [];
    const ofBase = options.find((option) => option.startsWith('backing_file='))?.slice('backing_file='.length);
    const sizeOption = options.find((option) => option.startsWith('size='))?.slice('size='.length);
    const known = options.every((option) => /^(backing_file|size)=/.test(option));
    if (!known) throw new WrongUsage(`-o ${values.get('o')}: size= and backing_file= are known here`);
    const base = values.get('b') ?? ofBase;
    if (file === undefined || more !== undefined) throw new WrongUsage('create wants an image and its size');
    const size = sizeWord ?? sizeOption;
    const octets = size === undefined ? null : readSize(size);
    if (size !== undefined && octets === null) throw new WrongUsage(`"${size}" is no size: 512M, 8G or octets`);
    const made = await this.make(file, octets, base);
    if (!flags.has('q'))
      this.around.print(
        'stdout',
        `Formatting '${file}', fmt=raw size=${made}${base === undefined ? '' : ` backing_file='${base}'`}\n`,
      );
  }

  private async make(file: string, octets: number | null, base: string | undefined): Promise<number> {
    if (!isStoreName(file)) {
      if (base !== undefined) throw new WrongUsage('a raw file has no base: only an image of a store');
      if (octets === null) throw new WrongUsage('create wants the size of the image: qemu-img create NAME SIZE');
      await createFile(this.around.pathOf(file), octets);
      return octets;
    }
    const name = this.nameOf(file);
    const client = await this.clientFor(name);
    const from = base === undefined ? null : await findImage(client, this.nameOf(base));
    const size = octets ?? (from === null ? null : Number(from.head.vdiSize));
    if (size === null) throw new WrongUsage('create wants the size of the image: qemu-img create NAME SIZE');
    await createImage(client, name, size, from);
    return size;
  }

  private async sourceOf(name: string, format: string | undefined): Promise<ImageSource> {
    if (!isStoreName(name)) return openFileSource(this.around.pathOf(name), format === 'raw');
    const image = this.nameOf(name);
    const client = await this.clientFor(image);
    return storeSource(client, image, await findImage(client, image));
  }

  private async targetOf(name: string, octets: number): Promise<ImageTarget> {
    if (!isStoreName(name)) return openFileTarget(this.around.pathOf(name), octets);
    const image = this.nameOf(name);
    const client = await this.clientFor(image);
    return storeTarget(client, image, await createImage(client, image, octets));
  }

  /** Octets of the image are told of as they come. */
  async convert(words: readonly string[]): Promise<void> {
    const { flags, values, names } = readWords(words, 'fOtTmSo', 'pqW');
    checkRaw(values.get('f'), 'f');
    checkRaw(values.get('O'), 'O');
    if (values.has('o')) throw new WrongUsage(`-o ${values.get('o')}: a raw image has no such options`);
    const [from, to, more] = names;
    if (from === undefined || to === undefined || more !== undefined)
      throw new WrongUsage('convert wants one image and where it goes: qemu-img convert FROM TO');
    await this.copy(from, to, values.get('f'), flags.has('p') && !flags.has('q') ? this.progress() : () => undefined);
    if (flags.has('p') && !flags.has('q')) this.around.print('stdout', '\n');
  }

  async copy(
    from: string,
    to: string,
    format: string | undefined,
    at: (octets: number, total: number) => void,
  ): Promise<number> {
    const source = await this.sourceOf(from, format);
    let target: ImageTarget;
    try {
      target = await this.targetOf(to, source.octets);
    } catch (error) {
      await source.close();
      throw error;
    }
    at(0, source.octets);
    await copyImage(source, target, { at: (octets) => at(octets, source.octets), signal: this.around.signal });
    return source.octets;
  }

  private progress(): (octets: number, total: number) => void {
    let last = -PROGRESS_STEP;
    return (octets, total) => {
      const percent = total === 0 ? 100 : (100 * octets) / total;
      if (percent < last + PROGRESS_STEP && percent < 100) return;
      last = percent;
      this.around.print('stdout', `    (${percent.toFixed(2)}/100%)\r`);
    };
  }

  async info(words: readonly string[]): Promise<void> {
    const { values, names } = readWords(words, 'f!', 'U');
    checkRaw(values.get('f'), 'f');
    const [name, more] = names;
    if (name === undefined || more !== undefined) throw new WrongUsage('info wants one image');
    const output = values.get('output') ?? 'human';
    if (output !== 'human' && output !== 'json') throw new WrongUsage(`--output=${output}: human and json are known`);
    const found = isStoreName(name) ? await this.storeInfo(name) : await this.fileInfo(name, values.get('f'));
    const { format, octets, used } = found;
    const text =
      output === 'json'
        ? JSON.stringify({ filename: name, format, 'virtual-size': octets, 'actual-size': used }, null, 4)
        : [
            `image: ${name}`,
            `file format: ${format}`,
            `virtual size: ${sizeText(octets)} (${octets} bytes)`,
            `disk size: ${sizeText(used)}`,
            ...found.more,
          ].join('\n');
    this.around.print('stdout', `${text}\n`);
  }

  private async fileInfo(name: string, format: string | undefined) {
    const file = await fileImage(this.around.pathOf(name));
    return { ...file, format: format ?? file.format, more: [] };
  }

  /** What the image has of its own; what it shares with those that it is based on is theirs. */
  private async storeInfo(text: string) {
    const name = this.nameOf(text);
    const { head, owners, vdi } = await findImage(await this.clientFor(name), name);
    const own = owners.reduce((count, owner) => count + (owner === vdi ? 1 : 0), 0);
    const more = [`copies: ${head.nrCopies}`, ...(isSnapshot(head) ? [`snapshot: ${imageText(name)}`] : [])];
    return { format: 'raw', octets: Number(head.vdiSize), used: own * DATA_OBJECT_OCTETS, more };
  }
}

const USAGE = `qemu-img create NAME SIZE, qemu-img convert [-p] FROM TO, qemu-img info NAME
NAME is sheepdog:[HOST:PORT:]IMAGE[:SNAPSHOT] or a raw file.
`;

/** Runs what is given something to do with images; the exit code. Troubles are one sentence on standard error. */
async function withImages(
  around: ImageSurroundings,
  program: string,
  work: (images: QemuImg) => Promise<void>,
): Promise<number> {
  const images = new QemuImg(around);
  try {
    await work(images);
    return 0;
  } catch (error) {
    const isKnown = [WrongUsage, FileTrouble, StoreTrouble, Stopped].some((kind) => error instanceof kind);
    if (!isKnown || !(error instanceof Error)) throw error;
    around.print('stderr', `${program}: ${error.message}\n`);
    return error instanceof Stopped ? INTERRUPTED : error instanceof WrongUsage ? 2 : 1;
  } finally {
    images.close();
  }
}

/** The command qemu-img; its exit code. */
export function qemuImg(words: readonly string[], around: ImageSurroundings): Promise<number> {
  const [command, ...rest] = words;
  return withImages(around, 'qemu-img', async (images) => {
    if (command === 'create') return images.create(rest);
    if (command === 'convert') return images.convert(rest);
    if (command === 'info') return images.info(rest);
    if (command === undefined || command === '-h' || command === '--help') return around.print('stdout', USAGE);
    throw new WrongUsage(`${command} is not among its commands here: create, convert and info are`);
  });
}

/** Makes an image of a store; the exit code. */
export function makeStoreImage(name: string, size: string, around: ImageSurroundings): Promise<number> {
  return withImages(around, 'totemlab', (images) => images.create(['-q', asStoreName(name), size]));
}

/** Copies a file into a store or an image of a store into a file; the exit code. */
export function copyStoreImage(
  from: string,
  to: string,
  around: ImageSurroundings,
  at: (octets: number, total: number) => void,
): Promise<number> {
  return withImages(around, 'totemlab', async (images) => {
    await images.copy(from, to, undefined, at);
  });
}

/** A name as people give it where only a store's can stand. */
export const asStoreName = (name: string): string => (isStoreName(name) ? name : `sheepdog:${name}`);
