// npm run build: bundles the program if its sources changed.
import { build } from './lib/build.mjs';
import { installModules } from './lib/modules.mjs';

const says = (line) => process.stderr.write(`${line}\n`);
installModules(says);
if (!(await build(says))) says('up to date');
