// Rising lists of rows, as filters give them.

/** Position of a row in a rising list, or of the nearest before it; -1 before the first. */
export function positionIn(rows: Uint32Array, row: number): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (rows[middle]! <= row) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** True for a row of a rising list. */
export function isAmong(rows: Uint32Array | null, row: number): boolean {
  if (rows === null) return false;
  const at = positionIn(rows, row);
  return at >= 0 && rows[at] === row;
}
