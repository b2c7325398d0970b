// Which arguments of the process are the program's own.
import { expect, it } from 'vitest';
import { ownArguments } from '../../../../main/node/start/own-arguments.ts';

it.each([
  ['unpackaged', ['electron', '/lab', 'a.pcap'], false, { isSmoke: false, files: ['/here/a.pcap'], keys: [] }],
  [
    'behind switches of Chromium',
    ['electron', '--no-sandbox', '--inspect=0', '/lab', '--smoke', '/b.pcap'],
    false,
    { isSmoke: true, files: ['/b.pcap'], keys: [] },
  ],
  ['by a relative folder', ['electron', '../lab', '--smoke'], false, { isSmoke: true, files: [], keys: [] }],
  [
    'packaged',
    ['/opt/totem-lab', '--key', 'k', 'a.pcap', 'b.pcap'],
    true,
    { isSmoke: false, files: ['/here/a.pcap', '/here/b.pcap'], keys: ['/here/k'] },
  ],
  [
    'with the mark that ends options',
    ['electron', '/lab', '--', 'a.pcap'],
    false,
    { isSmoke: false, files: ['/here/a.pcap'], keys: [] },
  ],
])('%s', (_what, argv, isPackaged, expected) => {
  expect(ownArguments(argv, '/lab', isPackaged, '/here')).toEqual(expected);
});
