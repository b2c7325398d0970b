// What each field of a filter means, in one line: fields of messages in the words of their declarations.
import { CorosyncOneMessages, CorosyncThreeMessages } from '../../protocol/totem/messages.ts';
import { describeStruct } from '../../protocol/wire/layout.ts';

const OF_LINE: Readonly<Record<string, string>> = {
  frame: 'number of the frame in the file, from 1',
  time: 'seconds since the first frame',
  src: 'address that sent it',
  dst: 'address that it was sent to',
  node: 'a node id in any role: sender, wanted, given up, member',
  sport: 'port that it was sent from',
  dport: 'port that it was sent to',
  transport: 'udp, or knet',
  dialect: 'generation of Corosync',
  security: 'cipher and hash: none, aes256-sha1 …',
  authentic: 'false where a key fits others, not this packet',
  kind: 'what the packet is: orf_token, mcast, memb_join …',
  reassembledIn: 'frame that completes this fragment',
  length: 'octets of the whole message',
  partial: '1 where its last piece goes on in a later mcast',
  problem: 'what could not be read',
  inner: 'the mcast of the old ring in a recovery mcast',
  payload: 'messages that end in this mcast',
  'payload.service': 'Corosync service: CPG, SYNC, VOTEQUORUM …',
  'payload.group': 'totempg group that it is for',
  'payload.function': 'what the service is asked to do',
  'payload.length': "octets of the application's message",
  'payload.sha256': "hash of the application's octets",
  knet: 'the header of a knet packet',
  'knet.rtt': 'round trip of a ping, milliseconds',
  'cpg.group': 'name of a closed process group',
  'cpg.nodeid': 'node of the process that sent it',
  'cpg.pid': 'process that sent it',
  'sheepdog.type': "type of sheepdog's cluster message",
  ring_id: 'ring id, REP:SEQ',
  proc_list: 'nodes that the sender wants in the ring',
  failed_list: 'nodes that the sender gave up',
  'header.nodeid': 'node that sent or forwarded this copy',
  ip: 'address in a node identity of Corosync 1 and 2',
};

type AnyStruct = Parameters<typeof describeStruct>[0];

const OF_MESSAGES: ReadonlyMap<string, string> = new Map(
  // The last of equal names counts: the token's fields, and what only Corosync 3 has, before those of other messages.
  [...Object.values(CorosyncThreeMessages), ...Object.values(CorosyncOneMessages)]
    .reverse()
    .flatMap((message) => describeStruct(message as unknown as AnyStruct).map(({ name, doc }) => [name, doc] as const)),
);

/** One line on a field; empty where nothing is known beyond its name. */
export function fieldDoc(field: string): string {
  const name = field.replace(/^totem\./, '');
  const last = name.split('.').at(-1) ?? name;
  const own = OF_LINE[name];
  if (own !== undefined) return own;
  const said = OF_MESSAGES.get(name) ?? OF_MESSAGES.get(last) ?? OF_LINE[last] ?? '';
  return said === last ? '' : said;
}
