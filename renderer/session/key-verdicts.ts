// Which key opens which node's packets, and whose packets no key opens: counted from the columns. Pure.
import { PacketKind } from '../../app/store/kinds.ts';
import type { PacketStore } from '../../app/store/packet-store.ts';

export interface NodeVerdict {
  /** Address that the packets came from. */
  readonly address: string;
  /** Packets that each key opened, by the key's place among the keys. */
  readonly opened: ReadonlyMap<number, number>;
  /** Encrypted packets that no key opened. */
  readonly closed: number;
  /** Packets that were never encrypted. */
  readonly clear: number;
  /** Ciphers and hashes of what was opened. */
  readonly securities: readonly string[];
}

interface Counting {
  readonly opened: Map<number, number>;
  readonly securities: Set<string>;
  closed: number;
  clear: number;
}

/** Senders that are told apart. */
const SENDERS_MAX = 4096;

/** One verdict for each address that sent packets of a ring, most packets first. */
export function keyVerdicts(store: PacketStore): readonly NodeVerdict[] {
  const bySource = new Map<number, Counting>();
  for (let row = store.firstRow; row < store.length; row++) {
    const { kind, src, encoding } = store.chunks[row >>> 16]!;
    const at = row & 0xffff;
    // A fragment speaks with the datagram that it completes.
    if (kind[at]! >= PacketKind.OTHER || kind[at] === PacketKind.FRAGMENT) continue;
    let counting = bySource.get(src[at]!);
    if (counting === undefined) {
      if (bySource.size >= SENDERS_MAX) continue;
      counting = { opened: new Map(), securities: new Set(), closed: 0, clear: 0 };
      bySource.set(src[at]!, counting);
    }
    const how = store.encodings[encoding[at]!];
    if (kind[at] === PacketKind.ENCRYPTED) counting.closed++;
    else if (how === undefined || how.keyIndex < 0) counting.clear++;
    else {
      counting.opened.set(how.keyIndex, (counting.opened.get(how.keyIndex) ?? 0) + 1);
      counting.securities.add(how.security);
    }
  }
  return [...bySource].map(([source, { opened, closed, clear, securities }]) => ({
    address: store.address(source),
    opened,
    closed,
    clear,
    securities: [...securities],
  }));
}

/** Names in a sentence. */
function listed(names: readonly string[]): string {
  return names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

/** What to look at where some packets stay closed; null where there is nothing to say. `label` names an address. */
export function keyAdvice(
  verdicts: readonly NodeVerdict[],
  keyCount: number,
  label: (address: string) => string,
): string | null {
  const closed = verdicts.filter((verdict) => verdict.closed > 0);
  if (closed.length === 0) return null;
  const names = listed(closed.map(({ address }) => label(address)));
  if (keyCount === 0)
    return 'Add /etc/corosync/authkey of any node of the cluster: it is the same file on all of them.';
  const isOpened = verdicts.some(({ opened }) => opened.size > 0);
  const mixed = closed.filter(({ opened }) => opened.size > 0);
  if (!isOpened)
    return (
      'No packet is authentic under these keys: is this the authkey of this cluster, and of that time? ' +
      'Compare sha256sum /etc/corosync/authkey with the node that was captured.'
    );
  if (mixed.length === closed.length)
    return (
      `Of ${names} some packets open and some do not: packets may be damaged, cut by the snap length, ` +
      'or the key was changed while the capture ran (corosync-cfgtool -R).'
    );
  const verb = closed.length === 1 ? 'sends' : 'send';
  return (
    `${names} ${verb} under another key, cipher or hash than the others: compare sha256sum /etc/corosync/authkey, ` +
    'and crypto_cipher and crypto_hash (secauth in Corosync 1) in corosync.conf, on each node.'
  );
}
