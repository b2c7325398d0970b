// Inodes, vdi ids and attributes against the layouts and vectors of specs/sheepdog.md 1.
import { describe, expect, test } from 'vitest';
import { utf8Bytes, utf8Text } from '../../../../protocol/base/bytes.ts';
import {
  ATTRIBUTE_OCTETS,
  AttributeHead,
  attributeIdOf,
  attributeValue,
  readAttributeHead,
  writeAttribute,
} from '../../../../protocol/sheep/image/attribute.ts';
import {
  blockCount,
  blockEntryAt,
  CHILDREN_MAX,
  childrenOf,
  INODE_OCTETS,
  InodeHead,
  newInodeHead,
  readInodeHead,
  sheepTime,
  withChild,
  writeInodeHead,
} from '../../../../protocol/sheep/image/inode.ts';
import {
  isVdiTaken,
  mergeBitmap,
  takenVdis,
  takeVdi,
  VDI_BITMAP_OCTETS,
  vdiIdOf,
  vdiRun,
  VDIS_MAX,
} from '../../../../protocol/sheep/image/vdi-bitmap.ts';
import { objectIdOf, objectIdText } from '../../../../protocol/sheep/object-id.ts';

const head = newInodeHead({
  name: 'VM1',
  tag: '',
  ctime: sheepTime(1_795_393_252_123_456n),
  vdiSize: 8n << 30n,
  copies: 2,
  snapId: 1,
  vdiId: 0xf77447,
  parentVdiId: 0,
});

describe('inode', () => {
  test('lies as the specification says', () => {
    const { tag, ctime, snapCtime, vdiSize, nrCopies, blockSizeShift, snapId, vdiId, parentVdiId, childVdiId } =
      InodeHead.at;

    expect([tag, ctime, snapCtime, vdiSize, nrCopies, blockSizeShift]).toEqual([256, 512, 520, 536, 554, 555]);
    expect([snapId, vdiId, parentVdiId, childVdiId]).toEqual([556, 560, 564, 568]);
    expect([InodeHead.fixedSize, INODE_OCTETS, blockEntryAt(1)]).toEqual([0x1238, 4_198_968, 0x123c]);
  });

  test('reads back what was written', () => {
    const read = readInodeHead(writeInodeHead(head));

    expect(read).toEqual({ ok: true, value: head });
    expect(readInodeHead(new Uint8Array(100)).ok).toBe(false);
  });

  test('has room for its children, and says when it has none', () => {
    let parent: InodeHead | null = head;
    for (let i = 1; i <= CHILDREN_MAX && parent !== null; i++) parent = withChild(parent, i);

    expect(parent === null ? [] : childrenOf(parent).length).toBe(CHILDREN_MAX);
    expect(parent === null ? null : withChild(parent, 7)).toBeNull();
  });

  test('times are seconds and nanoseconds', () => {
    expect(head.ctime).toBe((1_795_393_252n << 32n) | 123_456_000n);
  });

  test.each([
    [0n, 0],
    [1n, 1],
    [4_194_304n, 1],
    [4_194_305n, 2],
    [8n << 30n, 2048],
  ])('an image of %i octets has %i blocks', (size, count) => {
    expect(blockCount(size)).toBe(count);
  });
});

describe('vdi ids', () => {
  const taken = (...vdis: readonly number[]): Uint8Array => {
    const bitmap = new Uint8Array(VDI_BITMAP_OCTETS);
    for (const vdi of vdis) takeVdi(bitmap, vdi);
    return bitmap;
  };

  test('a snapshot lies behind its image: both are found, the newest first', () => {
    const start = vdiIdOf('VM1');

    expect(vdiRun(taken(start, start + 1, start + 3), start)).toEqual({
      newestFirst: [start + 1, start],
      free: start + 2,
    });
    expect(vdiRun(taken(start + 1), start)).toEqual({ newestFirst: [], free: start });
  });

  test('the run goes on at 0 behind the last id', () => {
    expect(vdiRun(taken(VDIS_MAX - 1, 0), VDIS_MAX - 1)).toEqual({ newestFirst: [0, VDIS_MAX - 1], free: 1 });
  });

  test('bitmaps are merged, and list what is taken', () => {
    const bitmap = taken(9, 3);
    mergeBitmap(bitmap, taken(VDIS_MAX - 1, 3));

    expect(takenVdis(bitmap)).toEqual([3, 9, VDIS_MAX - 1]);
    expect([8, 9].map((vdi) => isVdiTaken(bitmap, vdi))).toEqual([false, true]);
  });
});

describe('attributes', () => {
  test.each([
    ['key1', '20f774478dca8417'],
    ['k', '20f77447bcbaf4ce'],
    // The capture of all collie commands stored this one.
    ['color', '20f774471b51b3e8'],
  ])('VM1, key %s is the object %s', (key, oid) => {
    const octets = writeAttribute({ name: 'VM1', tag: '', snapId: 0, key }, 0n, new Uint8Array(0));
    const read = readAttributeHead(octets);
    const index = read.ok ? attributeIdOf(read.value) : 0;

    expect(objectIdText(objectIdOf({ kind: 'attr', vdi: vdiIdOf('VM1'), index }))).toBe(oid);
  });

  test('hold a value of at most 65,536 octets in 66,320', () => {
    const octets = writeAttribute({ name: 'a', tag: 't', snapId: 2, key: 'k' }, 5n, new Uint8Array(70_000).fill(7));
    const read = readAttributeHead(octets);

    expect([octets.length, ATTRIBUTE_OCTETS, AttributeHead.at.valueLen, AttributeHead.at.key]).toEqual([
      66_320, 66_320, 524, 528,
    ]);
    expect(read.ok && attributeValue(octets, read.value).length).toBe(65_536);
  });
});

describe('UTF-8', () => {
  test.each(['VM1', 'é', '画像', '🐑 x'])('%s there and back', (text) => {
    expect(utf8Text(utf8Bytes(text))).toBe(text);
    expect(Array.from(utf8Bytes(text))).toEqual([...new TextEncoder().encode(text)]);
  });

  test('what is none is shown as such', () => {
    expect(utf8Text(Uint8Array.of(0x41, 0xff, 0xc3, 0x42, 0))).toBe('A\ufffd\ufffdB');
  });
});
