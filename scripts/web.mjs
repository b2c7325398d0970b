// npm run web [-- --port N]: builds the window if sources changed, and serves it to a browser on this computer.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from './lib/build.mjs';
import { installModules } from './lib/modules.mjs';
import { OUT, ROOT } from './lib/paths.mjs';
import { says } from './lib/says.mjs';

await installModules(says);
await build(says);
const { web } = await import(pathToFileURL(join(OUT, 'web', 'web.mjs')).href);
await web(ROOT, process.argv.slice(2));
