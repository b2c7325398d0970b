// Whether the node modules that are there are those that the lock file wants.
import { describe, expect, it } from 'vitest';
import { isInstalled } from '../../../scripts/lib/modules.mjs';

const wanted = {
  '': { name: 'totem-lab' },
  'node_modules/vite': { version: '8.3.8' },
  'node_modules/cap': { version: '0.2.1', optional: true },
};

describe('isInstalled', () => {
  it.each([
    ['all of them', { 'node_modules/vite': { version: '8.3.8' }, 'node_modules/cap': { version: '0.2.1' } }, true],
    ['all but an optional one', { 'node_modules/vite': { version: '8.3.8' } }, true],
    ['another version', { 'node_modules/vite': { version: '8.3.7' } }, false],
    ['another version of an optional one', { ...wanted, 'node_modules/cap': { version: '0.2.0' } }, false],
    ['none', {}, false],
  ])('with %s', (_what, present, expected) => {
    expect(isInstalled(wanted, present)).toBe(expected);
  });
});
