// Says at the start of a command whether its bundle is as its own sources are, by their sizes and times. CommonJS with
// nothing but `fs` and `path`: whoever types a short command pays for each module that it loads. Contents: stamp.mjs.
const { readFileSync, statSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');

/** Where a bundle's sources are listed, a line each: path below the root, then what it looked like. */
const listOf = (bundle) => `${bundle}.from`;

/** Size and times of a file; of one that is not there, too. */
function lookOf(path) {
  const found = statSync(path, { throwIfNoEntry: false });
  return found === undefined ? 'none' : `${found.size} ${found.mtimeMs} ${found.ctimeMs}`;
}

function textOr(path, otherwise) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return otherwise;
  }
}

/** True where no source of the bundle was touched since `note` noted them. */
function isFresh(root, bundle) {
  const lines = textOr(listOf(bundle), '').split('\n').filter(Boolean);
  return (
    lines.length > 0 &&
    lines.every((line) => {
      const [path, look] = line.split('\t');
      return lookOf(join(root, path)) === look;
    })
  );
}

/** Notes what the sources of a bundle look like: a map of their paths below the root. */
function note(bundle, looks) {
  writeFileSync(listOf(bundle), Array.from(looks, ([path, look]) => `${path}\t${look}\n`).join(''));
}

/** Notes anew what the same sources look like now, once their contents were found to be the bundle's. */
function noteAgain(root, bundle) {
  const paths = textOr(listOf(bundle), '')
    .split('\n')
    .filter(Boolean)
    .map((line) => line.split('\t')[0]);
  note(bundle, new Map(paths.map((path) => [path, lookOf(join(root, path))])));
}

module.exports = { isFresh, lookOf, note, noteAgain };
