// Copies plain data: objects, arrays, maps, sets, typed arrays, primitives. What structuredClone does, which this layer
// has not.
import { assert } from './result.ts';

export function clonePlain<T>(value: T): T {
  return copy(value) as T;
}

function copy(value: unknown): unknown {
  assert(typeof value !== 'function', 'what is saved is plain data');
  if (value === null || typeof value !== 'object') return value;
  if (value instanceof Uint8Array || value instanceof BigUint64Array || value instanceof Uint32Array)
    return value.slice();
  if (Array.isArray(value)) return value.map(copy);
  if (value instanceof Map) return new Map([...value].map(([key, held]) => [copy(key), copy(held)]));
  if (value instanceof Set) return new Set([...value].map(copy));
  return Object.fromEntries(Object.entries(value).map(([name, held]) => [name, copy(held)]));
}
