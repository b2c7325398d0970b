// Lets tests import an engine with one mutation: `engine.ts?mutant=NAME`. Every module that it imports from protocol/
// is imported anew with the same mark, and the text of the mutant's file is replaced as it is read.
import { dirname, join } from 'node:path';
import { MUTANTS } from './mutants.ts';
import { SHEEP_MUTANTS } from './sheep-mutants.ts';

const MARK = /\?mutant=([\w-]+)$/;

interface MutantPlugin {
  readonly name: string;
  readonly enforce: 'pre';
  resolveId(source: string, importer: string | undefined): string | null;
  transform(code: string, id: string): string | null;
}

export function mutants(): MutantPlugin {
  return {
    name: 'mutants',
    enforce: 'pre',
    resolveId(source, importer) {
      const mark = MARK.exec(source) ?? MARK.exec(importer ?? '');
      if (mark === null || importer === undefined || !source.startsWith('.')) return null;
      const path = join(dirname(importer.replace(MARK, '')), source.replace(MARK, ''));
      return path.includes('/protocol/') ? `${path}?mutant=${mark[1]}` : null;
    },
    transform(code, id) {
      const name = MARK.exec(id)?.[1];
      if (name === undefined) return null;
      const isOfSheep = SHEEP_MUTANTS.some((one) => one.name === name);
      const mutant = [...MUTANTS, ...SHEEP_MUTANTS].find((one) => one.name === name);
      if (mutant === undefined) throw new Error(`there is no mutant ${name}`);
      const folder = isOfSheep ? 'sheep/engine' : 'totem';
      if (!id.replace(MARK, '').endsWith(`/protocol/${folder}/${mutant.file}`)) return null;
      const times = code.split(mutant.find).length - 1;
      if (times !== 1) throw new Error(`mutant ${name}: its text stands ${times} times in ${mutant.file}, not once`);
      return code.replace(mutant.find, () => mutant.replace);
    },
  };
}
