// Sequence number comparison (specs/totem.md 3.1), with the values that Corosync itself starts from.
import { describe, expect, it } from 'vitest';
import { seqLt, seqLte } from '../../../../protocol/totem/seqno.ts';

describe('seqLt', () => {
  it.each([
    [1, 2, true],
    [2, 1, false],
    [7, 7, false],
    [0xffffffff, 0, true],
    [0xfffffe00, 0xfffffe01, true],
    [0xfffffff0, 5, true],
    [5, 0xfffffff0, false],
  ])('%i < %i is %s', (a, b, less) => {
    expect(seqLt(a, b)).toBe(less);
  });
  it('makes the aru of the first token, -1, less than 0', () => {
    expect(seqLte(0xffffffff, 0)).toBe(true);
  });
});
