// The archive that Electron gets as its default application, read back as Electron reads it.
import { describe, expect, it } from 'vitest';
import { packAsar } from '../../../scripts/lib/runtime/asar.mjs';

/** Header and bodies, by the nested lengths at the start. */
function unpack(bytes) {
  const headerSize = bytes.readUInt32LE(4);
  const header = JSON.parse(bytes.subarray(16, 16 + bytes.readUInt32LE(12)).toString());
  const bodies = bytes.subarray(8 + headerSize);
  const fileOf = ([name, { offset, size }]) => [
    name,
    bodies.subarray(Number(offset), Number(offset) + size).toString(),
  ];
  return { lengths: [bytes.readUInt32LE(0), bytes.readUInt32LE(8)], headerSize, files: header.files, fileOf };
}

describe('packAsar', () => {
  it.each([
    [{ 'a.js': 'one', 'package.json': '{"main":"a.js"}' }],
    [{ 'leer.js': '', 'ümlaut.js': 'ä ö ü' }],
    [{ a: 'x' }, { bb: 'x' }, { ccc: 'x' }, { dddd: 'x' }],
  ])('holds the files it was given: %o', (files) => {
    const bytes = packAsar(files);

    const { lengths, headerSize, files: listed, fileOf } = unpack(bytes);

    expect(lengths).toEqual([4, headerSize - 4]);
    expect(headerSize % 4).toBe(0);
    expect(Object.fromEntries(Object.entries(listed).map(fileOf))).toEqual(files);
  });
});
