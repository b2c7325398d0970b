// npm run build: bundles the program if its sources changed. It prints to standard error only.
import { build } from './lib/build.mjs';
import { installModules } from './lib/modules.mjs';
import { says } from './lib/says.mjs';

await installModules(says);
if (!(await build(says))) says('the bundles are up to date');
