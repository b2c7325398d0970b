// Bundles the program when its sources changed: window, main process, preload, command line, benchmark. Needs the node
// modules; run through scripts/build.mjs, start.mjs or test.mjs, which see to that.
import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { OUT, ROOT } from './paths.mjs';
import { isStamped, stampOf, writeStamp } from './stamp.mjs';

const SOURCES = [
  'protocol',
  'app',
  'main',
  'renderer',
  'test/bench',
  'package.json',
  'package-lock.json',
  'scripts/lib/build.mjs',
];

/** Bundles for Node or Electron's main side: one file each, nothing left to import but what the runtime has. */
const NODE_ENTRIES = [
  { entry: 'main/electron/main.ts', file: 'main.cjs', format: 'cjs', target: 'node18' },
  { entry: 'main/preload/preload.ts', file: 'preload.cjs', format: 'cjs', target: 'node18' },
  { entry: 'main/cli/totemlab.ts', file: 'cli/totemlab.mjs', format: 'es', target: 'node20' },
  { entry: 'test/bench/bench.ts', file: 'bench/bench.mjs', format: 'es', target: 'node20' },
];

async function bundleForNode(vite, { entry, file, format, target }) {
  const fileName = file.split('/').at(-1);
  await vite.build({
    root: ROOT,
    configFile: false,
    logLevel: 'warn',
    ssr: { noExternal: true },
    build: {
      ssr: join(ROOT, entry),
      target,
      outDir: join(OUT, file, '..'),
      emptyOutDir: false,
      minify: false,
      sourcemap: false,
      rollupOptions: {
        external: ['electron', 'cap'],
        output: { format, entryFileNames: fileName, codeSplitting: false },
      },
    },
  });
}

async function bundleRenderer(vite) {
  const { default: react } = await import('@vitejs/plugin-react');
  await vite.build({
    root: join(ROOT, 'renderer'),
    configFile: false,
    logLevel: 'warn',
    base: './',
    plugins: [react()],
    worker: { format: 'es' },
    build: {
      target: 'chrome114',
      outDir: join(OUT, 'renderer'),
      emptyOutDir: true,
      sourcemap: false,
      chunkSizeWarningLimit: 2000,
    },
  });
}

/** Builds what changed. `says` gets one line where there is something to do. */
export async function build(says) {
  const stamp = stampOf(SOURCES.map((path) => join(ROOT, path)));
  const stampFile = join(OUT, '.stamp');
  if (isStamped(stampFile, stamp)) return false;
  says('building: sources changed');
  rmSync(stampFile, { force: true });
  const vite = await import('vite');
  for (const item of NODE_ENTRIES) if (existsSync(join(ROOT, item.entry))) await bundleForNode(vite, item);
  if (existsSync(join(ROOT, 'renderer', 'index.html'))) await bundleRenderer(vite);
  writeStamp(`${stampFile}.new`, stamp);
  renameSync(`${stampFile}.new`, stampFile);
  return true;
}
