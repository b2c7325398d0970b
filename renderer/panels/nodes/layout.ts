// What a node card says, line by line. Pure.
import type { Analysis } from '../../../app/analysis/result.ts';
import type { LabNodeView } from '../../../app/lab/lab-view.ts';
import { lengthText } from '../../canvas/time-scale.ts';
import type { Moment } from '../../state/moment.ts';
import type { KnownNode } from '../../state/node-directory.ts';
import type { Progress } from '../../state/time/progress.ts';

export interface Fact {
  readonly word: string;
  readonly says: string;
  readonly doc: string;
}

const ms = (value: number): string => lengthText(value * 1e6);

/** Facts of the moment: its ring, its token, how far it has come, when it was last heard. */
export function momentFacts(
  { nodeid }: KnownNode,
  moment: Moment,
  progress: Progress | null,
  heardAt: number | null,
): readonly Fact[] {
  const ring = moment.rings.find(({ members }) => members.includes(nodeid));
  const { token = null } = ring ?? {};
  const facts: Fact[] = [
    { word: 'ring', says: ring?.id ?? 'none', doc: 'representative and sequence number of its ring' },
  ];
  if (token !== null && token.to === nodeid)
    facts.push({
      word: 'token',
      says: token.isOnHop ? 'on its way here' : `here for ${lengthText(token.age)}`,
      doc: 'the last token of its ring was sent to this node',
    });
  else if (token !== null)
    facts.push({ word: 'token', says: 'elsewhere', doc: 'the last token of its ring was sent to another node' });
  if (progress !== null) {
    const { seq, aru, delivered, lacks } = progress;
    const lacking = lacks.length === 0 ? '' : `, lacks ${lacks.join(' ')}`;
    facts.push(
      { word: 'seq', says: `${seq}, aru ${aru}`, doc: 'of the token that it sent last' },
      { word: 'has', says: `all up to ${delivered}${lacking}`, doc: 'what it delivered: inferred from its requests' },
    );
  }
  const heard = heardAt === null ? 'not lately' : `${lengthText(moment.time - heardAt)} ago`;
  facts.push({ word: 'heard', says: heard, doc: 'its last packet in this capture' });
  return facts;
}

/** Facts of the whole capture: how long it keeps the token, what it asked for again. */
export function captureFacts({ nodeid }: KnownNode, { rotation, delivery }: Analysis): readonly Fact[] {
  const facts: Fact[] = [];
  const hold = rotation.edges.find(({ to, holdP50 }) => to === nodeid && holdP50 !== null);
  if (hold?.holdP50 != null)
    facts.push({
      word: 'keeps',
      says: `${ms(hold.holdP50)}${hold.holdP99 === null ? '' : `, p99 ${ms(hold.holdP99)}`}`,
      doc: 'how long it keeps the token, over the whole capture: the median, and what one in a hundred exceeds',
    });
  const asked = delivery.retransmitRequests.find((entry) => entry.nodeid === nodeid)?.count ?? 0;
  if (asked > 0)
    facts.push({ word: 'asked', says: `for ${asked} again`, doc: 'multicasts that it lacked, over the whole capture' });
  return facts;
}

/** Facts that a lab knows of its own node from inside. */
export function labFacts({ spec, condition, pid, directory, status }: LabNodeView): readonly Fact[] {
  const process = pid === null ? condition : `${pid}, ${condition}`;
  const facts: Fact[] = [{ word: 'pid', says: process, doc: `n${spec.number}, ${spec.ip}, ${directory ?? ''}` }];
  if (status === null) return facts;
  const { totem, isSynchronised } = status.node;
  const { rep, seq } = totem.ringId;
  const sync = totem.state === 'operational' ? (isSynchronised ? ', synchronised' : ', synchronising') : '';
  facts.push({
    word: 'inside',
    says: `${totem.state}, ring ${rep}:${seq}${sync}`,
    doc: 'what the node says of itself, beside what its packets tell',
  });
  const { sheep } = status;
  const store =
    sheep === null
      ? 'no sheep'
      : `${sheep.phase}, epoch ${sheep.epoch}${sheep.isMaster ? ', master' : ''}` +
        (sheep.recovery === null ? '' : `, recovers ${sheep.recovery.done} of ${sheep.recovery.total}`);
  facts.push({ word: 'store', says: store, doc: 'its sheep' });
  if (status.dropped > 0)
    facts.push({ word: 'faults', says: `swallowed ${status.dropped} datagrams`, doc: 'lost by the lab’s own faults' });
  return facts;
}

/** A card of many in one line: how far it has come, its sheep's epoch; its ring where there is not just one. */
export function briefText(
  { nodeid }: KnownNode,
  moment: Moment | null,
  progress: Progress | null,
  own: LabNodeView | null,
): string {
  const ring = moment?.rings.find(({ members }) => members.includes(nodeid))?.id;
  const sheep = own?.status?.sheep ?? null;
  return [
    ring === undefined ? 'no ring' : moment?.rings.length === 1 ? '' : `ring ${ring.slice(ring.indexOf(':') + 1)}`,
    progress === null ? '' : `has ${progress.delivered}`,
    sheep === null ? '' : `epoch ${sheep.epoch}`,
    sheep?.recovery == null ? '' : `recovers ${sheep.recovery.done}/${sheep.recovery.total}`,
  ]
    .filter((part) => part !== '')
    .join(' · ');
}
