// What a person drops on the window: captures and keys in any number, logs and configurations beside them.
import { bridge } from '../bridge/bridge.ts';
import { openCapture } from '../state/actions.ts';
import { addKeys, keysAtHand, startWithKeys } from './keyring.ts';
import { live } from './live.ts';
import { isWitness, takeWitnesses } from './witnesses.ts';

/** Octets of a dropped file that is taken for a key rather than a capture. */
const KEY_OCTETS_MAX = 4096;
/** Octets by which text is told from other files. */
const HEAD_OCTETS = 512;
const MAGICS = ['0a0d0d0a', 'a1b2c3d4', 'd4c3b2a1', 'a1b23c4d', '4d3cb2a1', 'a1b2cd34', '34cdb2a1'];

async function isKey(file: File): Promise<boolean> {
  if (file.size === 0 || file.size > KEY_OCTETS_MAX) return false;
  const head = new Uint8Array(await file.slice(0, 4).arrayBuffer());
  const magic = [...head].map((octet) => octet.toString(16).padStart(2, '0')).join('');
  return !MAGICS.includes(magic) && !magic.startsWith('1f8b');
}

/** Captures and keys in any number: the first capture opens here, further ones in windows of their own. */
export async function takeDropped(dropped: readonly File[]): Promise<void> {
  const heads = await Promise.all(
    dropped.map(async (file) => isWitness(file.name, new Uint8Array(await file.slice(0, HEAD_OCTETS).arrayBuffer()))),
  );
  const witnesses = dropped.filter((_file, i) => heads[i]);
  const files = dropped.filter((_file, i) => !heads[i]);
  await takeFiles(files);
  if (witnesses.length > 0) await takeWitnesses(witnesses);
}

async function takeFiles(files: readonly File[]): Promise<void> {
  const kinds = await Promise.all(files.map(async (file) => ({ file, isKey: await isKey(file) })));
  // A lone small file is a key only where there is something that it could open.
  const areKeys = live() !== null || kinds.some((kind) => !kind.isKey);
  const keys = areKeys ? kinds.filter((kind) => kind.isKey).map(({ file }) => file) : [];
  const read = keys.map(async (file) => ({ name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) }));
  const [first, ...more] = files.filter((file) => !keys.includes(file)).map((file) => bridge.pathOf(file));
  const added = await Promise.all(read);
  if (first === undefined && added.length > 0) addKeys(added);
  else if (first === undefined) return;
  else {
    startWithKeys([...keysAtHand(), ...added]);
    await openCapture(first);
  }
  for (const path of more) await bridge.call('window.open', path);
}
