// The words of sheepdog, the store on top of the ring.
import type { Entry } from './terms.ts';

export const STORE: readonly Entry[] = [
  [
    'sheepdog',
    ['sheep'],
    'The object store that ran on Corosync: one daemon, sheep, on each node.',
    'It keeps its own membership epochs on top of the ring.',
  ],
  [
    'epoch',
    [],
    "sheepdog's count of membership changes.",
    'Objects are placed by the members of an epoch; recovery moves them when it changes.',
  ],
  ['vdi', [], 'A virtual disk image in sheepdog.', 'Cut into objects of 4 MiB.'],
  ['oid', [], "An object's id in sheepdog: which image, which part.", 'Its hash decides where it lies.'],
  [
    'copies',
    [],
    'How many nodes hold each object.',
    'The walk round the hash ring goes on until so many different nodes are found.',
  ],
  [
    'hash ring',
    ['virtual node', 'virtual nodes'],
    'All hashes in a circle, with 64 places of each node on it.',
    'The places are virtual nodes. An object lies on the owner of the first one at or behind its hash, and on the ' +
      'owners of the next ones that are other nodes in other zones. Not to be mistaken for the ring of the token.',
  ],
  [
    'zone',
    ['zones'],
    'Nodes that fail together; a zone holds one copy of an object at most.',
    'By default each node is a zone of its own, numbered after its address; fewer zones than copies halt the cluster.',
  ],
];
