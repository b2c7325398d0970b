// A ring was installed: who is in it, who joined, who left, and from which rings they came. Reference: specs of the
// commit token, whose entries name each member's old ring.
import type { Finding, RingHistory } from '../../result.ts';
import { finding, type FindingContext, type Rule } from '../engine/rule.ts';
import { nodesText, seconds } from '../engine/words.ts';

function before(ring: RingHistory, rings: readonly RingHistory[]): RingHistory | null {
  const ids = new Set(ring.origins.values());
  const known = rings.filter(({ id, members }) => ids.has(id) && members.length > 0);
  // The old ring of the representative, where it is known, is the one that the others join.
  const own = ring.origins.get(ring.rep);
  return known.find(({ id }) => id === own) ?? known[0] ?? null;
}

const CAUSES: { readonly [cause: string]: string } = {
  start: 'its members had just started',
  join: 'a node joined',
  leave: 'a node left cleanly',
  'token-loss': 'the token had been lost',
  merge: 'two rings had heard each other',
  'foreign-message': 'a multicast of another ring was heard',
  'failed-to-receive': 'a node could not receive',
  'interface-change': 'an interface changed',
};

function formed(context: FindingContext, ring: RingHistory): Finding | null {
  const installs = context.transitions.filter(({ to, ring: id }) => to === 'operational' && id === ring.id);
  const time = installs.at(-1)?.time ?? ring.firstToken;
  if (ring.committed === null || ring.firstToken === null || time === null || installs.length === 0) return null;
  const old = before(ring, context.rings);
  const other = old === null ? ring.members : ring.members.filter((node) => ring.origins.get(node) !== old.id);
  // Who was in the old ring and comes from another one was in a ring that the representative did not reach.
  const joined = old === null ? other : other.filter((node) => !old.members.includes(node));
  const back = other.filter((node) => !joined.includes(node));
  const left = old === null ? [] : old.members.filter((node) => !ring.members.includes(node));
  const parts = [`Ring ${ring.id} of ${ring.members.length} was installed: ${nodesText(context, ring.members)}.`];
  if (old !== null && joined.length > 0) parts.push(`Joined: ${nodesText(context, joined)}.`);
  if (back.length > 0) parts.push(`Left and joined again at once: ${nodesText(context, back)}.`);
  if (left.length > 0) parts.push(`Left: ${nodesText(context, left)}.`);
  if (old !== null && other.length === 0 && left.length === 0) parts.push('The members are those of the ring before.');
  const why = CAUSES[ring.cause];
  if (why !== undefined) parts.push(`It was formed because ${why}.`);
  const origins = [...ring.origins].map(([node, id]) => `${node} from ${id}`).join(', ');
  const took = seconds(time - ring.committed);
  return finding('ring-formed', 'info', {
    time,
    says: parts.join(' '),
    evidence: [
      { frames: ring.frames, says: `first commit token and first token; from the one to all operational ${took} s` },
      ...(origins === '' ? [] : [{ frames: ring.frames.slice(0, 1), says: `the commit token says: ${origins}` }]),
    ],
  });
}

export const ringFormed: Rule = {
  name: 'ring-formed',
  run: (context) => context.rings.flatMap((ring) => formed(context, ring) ?? []),
};
