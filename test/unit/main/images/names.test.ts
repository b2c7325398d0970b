// What qemu-img's words mean: names of images, sizes, and which octets are worth writing.
import { describe, expect, it } from 'vitest';
import { imageText, readImageName } from '../../../../main/node/images/image-name.ts';
import { readSize, sizeText } from '../../../../main/node/images/sizes.ts';
import { extentsOf } from '../../../../main/node/images/zeros.ts';

const NONE = { id: 0, tag: '' };

describe('names', () => {
  it.each([
    ['sheepdog:VM1', { host: null, port: null, name: 'VM1', snapshot: NONE }],
    ['VM1', { host: null, port: null, name: 'VM1', snapshot: NONE }],
    ['sheepdog:VM1:before', { host: null, port: null, name: 'VM1', snapshot: { id: 0, tag: 'before' } }],
    ['sheepdog:VM1:3', { host: null, port: null, name: 'VM1', snapshot: { id: 3, tag: '' } }],
    ['sheepdog:node2:7001:VM1', { host: 'node2', port: 7001, name: 'VM1', snapshot: NONE }],
    ['sheepdog:node2:7001:VM1:tag', { host: 'node2', port: 7001, name: 'VM1', snapshot: { id: 0, tag: 'tag' } }],
    ['sheepdog:///VM1', { host: null, port: null, name: 'VM1', snapshot: NONE }],
    ['sheepdog://node2/VM1#tag', { host: 'node2', port: null, name: 'VM1', snapshot: { id: 0, tag: 'tag' } }],
    ['sheepdog+tcp://[::1]:7001/VM1', { host: '::1', port: 7001, name: 'VM1', snapshot: NONE }],
  ])('%s', (text, expected) => {
    expect(readImageName(text)).toEqual({ ok: true, value: expected });
  });

  it.each([
    ['sheepdog:', 'an image wants a name'],
    ['sheepdog:h:1:a:b:c', 'has too many parts'],
    ['sheepdog:h:70000:a', '"70000" is no port'],
    [`sheepdog:${'é'.repeat(128)}`, 'a name of 256 octets is too long'],
  ])('%s: %s', (text, says) => {
    const read = readImageName(text);

    expect(read.ok ? '' : read.problem).toContain(says);
  });

  it('are written with their snapshot', () => {
    const text = (name: string): string => {
      const read = readImageName(name);
      return read.ok ? imageText(read.value) : read.problem;
    };

    expect(['VM1', 'VM1:2', 'VM1:old'].map(text)).toEqual(['VM1', 'VM1:2', 'VM1:old']);
  });
});

describe('sizes', () => {
  it.each([
    ['1G', 2 ** 30],
    ['1g', 2 ** 30],
    ['1.5M', 1_572_864],
    ['1048576', 1_048_576],
    ['4T', 2 ** 42],
    ['1X', null],
    ['-1', null],
    ['', null],
  ])('%s is %s', (text, octets) => {
    expect(readSize(text)).toBe(octets);
  });

  it.each([
    [512, '512'],
    [8_589_934_592, '8.0G'],
    [67_108_864, '64M'],
    [4_509_715_660, '4.2G'],
    [1023 * 1024, '1.0M'],
  ])('%i is printed %s', (octets, text) => {
    expect(sizeText(octets)).toBe(text);
  });
});

describe('zeros', () => {
  const buffer = (...dirty: readonly number[]): Uint8Array => {
    const octets = new Uint8Array(6 * 4096 + 100);
    for (const at of dirty) octets[at] = 1;
    return octets;
  };

  it.each([
    [[], 0, []],
    [[0], 0, [[0, 4096]]],
    [[4095, 4096], 0, [[0, 8192]]],
    [
      [0, 3 * 4096],
      0,
      [
        [0, 4096],
        [12_288, 16_384],
      ],
    ],
    [[0, 3 * 4096], 65_536, [[0, 16_384]]],
    [[6 * 4096 + 99], 0, [[24_576, 24_676]]],
  ] as const)('with octets at %j and gaps of %i are left out but %j', (dirty, gap, expected) => {
    expect(extentsOf(buffer(...dirty), gap)).toEqual(expected.map(([from, to]) => ({ from, to })));
  });
});
