// The keys at hand for encrypted captures. They stay in the memory of this window and its worker, and are forgotten
// with the capture; what they open is said by key-verdicts.ts.
import type { KeyFile } from '../../app/ipc/contract.ts';
import { bridge } from '../bridge/bridge.ts';
import { live } from './live.ts';
import { useSession } from '../state/session-store.ts';
import { useView } from '../state/view-store.ts';

let keys: readonly KeyFile[] = [];

export function keysAtHand(): readonly KeyFile[] {
  return keys;
}

/** Names and sizes, as the stores may know them. */
export const keyList = (): readonly { readonly name: string; readonly octets: number }[] =>
  keys.map(({ name, bytes }) => ({ name, octets: bytes.length }));

function use(next: readonly KeyFile[]): void {
  keys = next;
  useSession.setState({ keys: keyList() });
  useView.setState({ row: null, field: null });
  live()?.readAgain(keys);
}

/** A name that no other key has: two clusters' keys are both called authkey. */
function renamed(key: KeyFile, others: readonly KeyFile[]): KeyFile {
  let { name } = key;
  for (let number = 2; others.some((other) => other.name === name); number++) name = `${key.name} (${number})`;
  return { ...key, name };
}

const isSame = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((octet, i) => octet === b[i]);

/** Adds keys and reads the capture again with them. A key that is there already changes nothing. */
export function addKeys(added: readonly KeyFile[]): void {
  let next = keys;
  for (const key of added)
    if (!next.some(({ bytes }) => isSame(bytes, key.bytes))) next = [...next, renamed(key, next)];
  if (next !== keys) use(next);
}

export function removeKey(name: string): void {
  use(keys.filter((key) => key.name !== name));
}

export async function chooseKeys(): Promise<void> {
  const chosen = await bridge.call('keys.choose');
  if (chosen.ok) addKeys(chosen.value);
  else useSession.setState({ notice: chosen.problem.says });
}

/** Keys given on the command line, before anything is opened; none when a capture is closed. */
export function startWithKeys(given: readonly KeyFile[]): void {
  keys = given;
}
