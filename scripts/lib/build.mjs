// Bundles the program when its sources changed: window, main process, preload, command line; on request the benchmark.
// Needs the node modules; run through scripts/build.mjs, start.mjs or test.mjs, which see to that.
import { existsSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import fresh from './fresh.cjs';
import { alone } from './lock.mjs';
import { OUT, ROOT } from './paths.mjs';
import { isBuilt, SETS, sourceStamp } from './sources.mjs';
import { writeStamp } from './stamp.mjs';

/** Bundles for Node or Electron's main side: nothing left to import but what the runtime has. */
const ENTRIES = {
  program: [
    { entry: 'main/electron/main.ts', file: 'main.cjs', format: 'cjs', target: 'node18' },
    { entry: 'main/preload/preload.ts', file: 'preload.cjs', format: 'cjs', target: 'node18' },
    { entry: 'main/cli/totemlab.ts', file: 'cli/totemlab.mjs', format: 'es', target: 'node20', isSplit: true },
    { entry: 'main/cli/store/collie.ts', file: 'cli/collie.cjs', format: 'cjs', target: 'node20', isTyped: true },
    { entry: 'main/node/web/web.ts', file: 'web/web.mjs', format: 'es', target: 'node20' },
    { entry: 'main/helpers/capture-helper.ts', file: 'helpers/capture-helper.mjs', format: 'es', target: 'node18' },
    { entry: 'main/helpers/lab-node.ts', file: 'helpers/lab-node.mjs', format: 'es', target: 'node18' },
    { entry: 'renderer/index.html' },
  ],
  bench: [
    { entry: 'test/bench/bench.ts', file: 'bench/bench.mjs', format: 'es', target: 'node20' },
    { entry: 'test/bench/live.ts', file: 'bench/live.mjs', format: 'es', target: 'node20' },
    { entry: 'test/bench/soak/soak.ts', file: 'bench/soak.mjs', format: 'es', target: 'node20' },
    { entry: 'test/bench/window.ts', file: 'bench/window.mjs', format: 'es', target: 'node20' },
  ],
};

const COMMON = { configFile: false, logLevel: 'warn' };

/** Notes the sources of a bundle as they look just before each is read: a change meanwhile makes it stale. */
function noting(bundle) {
  const looks = new Map();
  return {
    name: 'note-sources',
    load(id) {
      if (id.startsWith(ROOT)) looks.set(relative(ROOT, id), fresh.lookOf(id));
      return null;
    },
    writeBundle() {
      fresh.note(bundle, looks);
    },
  };
}

/**
 * `isTyped`: a short command that people type; its bundle is small and knows its own sources. `isSplit`: what it
 * imports when it is asked for lies in files beside it.
 */
async function bundleForNode(vite, { entry, file, format, target, isTyped = false, isSplit = false }) {
  await vite.build({
    ...COMMON,
    root: ROOT,
    plugins: isTyped ? [noting(join(OUT, file))] : [],
    ssr: { noExternal: true },
    build: {
      ssr: join(ROOT, entry),
      target,
      outDir: join(OUT, file, '..'),
      emptyOutDir: false,
      minify: isTyped,
      sourcemap: false,
      rollupOptions: {
        external: ['electron', 'cap', 'playwright-core'],
        output: {
          format,
          entryFileNames: file.split('/').at(-1),
          chunkFileNames: file.split('/').at(-1).replace('.', '-[name].'),
          codeSplitting: isSplit,
        },
      },
    },
  });
}

async function bundleWindow(vite) {
  const { default: react } = await import('@vitejs/plugin-react');
  await vite.build({
    ...COMMON,
    root: join(ROOT, 'renderer'),
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

async function bundle(set, says) {
  const vite = await import('vite');
  for (const item of ENTRIES[set]) {
    if (!existsSync(join(ROOT, item.entry))) says(`not built: ${item.entry} does not exist`);
    else if (item.file === undefined) await bundleWindow(vite);
    else await bundleForNode(vite, item);
  }
}

/** Builds if sources changed; false if there was nothing to do. Ends the program where a bundle cannot be made. */
export async function build(says, set = 'program') {
  if (isBuilt(set)) return false;
  return alone('build', says, async () => {
    if (isBuilt(set)) return false;
    const stamp = sourceStamp(set);
    rmSync(SETS[set].stamp, { force: true });
    const start = Date.now();
    try {
      await bundle(set, says);
    } catch (error) {
      says(`the build failed: ${error.message}`);
      process.exit(1);
    }
    writeStamp(SETS[set].stamp, stamp);
    says(`built from changed sources (${((Date.now() - start) / 1000).toFixed(1)} s)`);
    return true;
  });
}
