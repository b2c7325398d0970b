// Values that say whether something worked, and the two loud failures. No domain words.

export type Result<T, P> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: P };

export function ok<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value };
}

export function fail<P>(problem: P): { readonly ok: false; readonly problem: P } {
  return { ok: false, problem };
}

/** Throws on a broken invariant: a mistake of this program, never of its input. */
export function assert(condition: boolean, says: string): asserts condition {
  if (!condition) throw new Error(`broken invariant: ${says}`);
}

/** Makes the compiler prove that a union was handled whole. */
export function assertNever(value: never): never {
  throw new Error(`broken invariant: unhandled case ${JSON.stringify(value)}`);
}
