'use strict';
// The default application of a bare Electron runtime: starts the application whose folder is the first argument that is
// no switch, as the electron command does. It goes into an archive of the runtime and runs there, not here.
const { app } = require('electron');
const fs = require('node:fs');
const Module = require('node:module');
const path = require('node:path');

const args = process.argv.slice(1);
let target = null;
for (let i = 0; i < args.length && target === null; i++) {
  const arg = args[i];
  if (arg === '--version' || arg === '-v') {
    console.log(`v${process.versions.electron}`);
    process.exit(0);
  }
  // Drivers of tests put their loader in front of the application.
  if (arg === '-r' || arg === '--require') require(path.resolve(args[++i]));
  else if (!arg.startsWith('-')) target = path.resolve(arg);
}
if (target === null) {
  console.error('no application folder was given');
  process.exit(1);
}

let main = target;
if (fs.statSync(target).isDirectory()) {
  const manifest = JSON.parse(fs.readFileSync(path.join(target, 'package.json'), 'utf8'));
  if (manifest.productName || manifest.name) app.setName(manifest.productName || manifest.name);
  if (manifest.version) app.setVersion(manifest.version);
  app.setAppPath(target);
  main = path.join(target, manifest.main || 'index.js');
} else app.setAppPath(path.dirname(target));
Module._load(main, Module, true);
