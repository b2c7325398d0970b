// A script of lines for totemlab lab, run with real processes, and what lies in its stores afterwards.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const CLI = join(import.meta.dirname, '..', '..', '..', 'out', 'cli', 'totemlab.mjs');

export interface Answer {
  readonly line: string;
  readonly out: string;
  readonly err: string;
  readonly code: number;
}

export const hashOf = (octets: Uint8Array): string => createHash('sha256').update(octets).digest('hex');

/** Longer than any node waits for its turn on a busy machine. */
const TOKEN_MS = '2000';
const LINE = 64;
const PAGE = 4096;

/** Octets that are the same at each run and nowhere alike: lines of a hash of their page, with their place. */
export function imageOf(octets: number): Buffer {
  const image = Buffer.alloc(octets);
  for (let page = 0; page < octets; page += PAGE) {
    const line = createHash('sha512').update(`page ${page}`).digest();
    for (let at = page; at < Math.min(octets, page + PAGE); at += LINE) {
      line.writeUInt32LE(at, 0);
      line.copy(image, at);
    }
  }
  return image;
}

/** A line of `cluster info -r`: `2 .111 .112`. */
export function epochOf(line: string): string {
  const [, epoch, list = ''] = /^\d+ (\d+) \[(.*)\]$/.exec(line) ?? [];
  return [epoch, ...list.split(', ').map((node) => node.replace(/^127\.168\.1|:7000$/g, ''))].join(' ').trim();
}

/** A folder of its own for the nodes of labs that follow each other, and for files. */
export class LabFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'totem-lab-test-'));

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }

  file(name: string): string {
    return join(this.path, name);
  }

  hashOf(name: string): string {
    return hashOf(readFileSync(this.file(name)));
  }

  /** Runs the lines to their end; the answer to each. */
  run(lines: readonly string[], ...options: readonly string[]): readonly Answer[] {
    writeFileSync(this.file('script.txt'), lines.join('\n'));
    const where = ['--exec', this.file('script.txt'), '--dir', this.file('nodes'), '--port', '30405'];
    const args = [CLI, 'lab', '--json', ...where, '--token', TOKEN_MS, ...options];
    const run = spawnSync(process.execPath, args, { encoding: 'utf8', maxBuffer: 1 << 26 });
    return run.stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Answer & { readonly event: string })
      .filter(({ event }) => event === 'line');
  }

  /** Objects in the folder of the newest epoch, or of the one with this name, in a node's store, with their hashes. */
  objects(node: number, epoch: string | null = null): ReadonlyMap<string, string> {
    const all = this.file(join('nodes', `n${node}`, 'store', 'obj'));
    const folder = join(all, epoch ?? readdirSync(all).sort().at(-1) ?? '');
    const names = readdirSync(folder).filter((name) => /^[0-9a-f]{16}$/.test(name));
    return new Map(names.map((name) => [name, hashOf(readFileSync(join(folder, name)))]));
  }

  /** What is wrong with the copies of objects: each there so many times, octet for octet the same. */
  copyTrouble(nodes: readonly number[], copies: number, epoch: string | null = null): readonly string[] {
    const found = nodes.map((node) => this.objects(node, epoch));
    return [...new Set(found.flatMap((objects) => [...objects.keys()]))].flatMap((name) => {
      const hashes = found.flatMap((objects) => objects.get(name) ?? []);
      const distinct = new Set(hashes).size;
      return hashes.length === copies && distinct === 1
        ? []
        : [`${name}: ${hashes.length} copies, ${distinct} distinct`];
    });
  }

  /** Every object of an epoch by its name, with its hash, whoever has it. */
  contents(nodes: readonly number[], epoch: string | null = null): ReadonlyMap<string, string> {
    return new Map(nodes.flatMap((node) => [...this.objects(node, epoch)]).sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}
