// sheepdog as its cluster messages show it: who is a member, the master, epoch, status and copies at the end, and what
// was done when. Replays what each sheep does with the same messages (specs of the driver's event queue).
import { readServiceMessage } from '../../../protocol/cpg/service-message.ts';
import {
  readSheepMessage,
  sheepJson,
  type SheepMessage,
  type SheepNode,
} from '../../../protocol/sheep/cluster-message.ts';
import { operationName, resultText, statusName } from '../../../protocol/sheep/operations.ts';
import { messageIdOf } from '../../../protocol/cpg/services.ts';
import type { DialectId } from '../../../protocol/totem/dialect.ts';
import type { DeliveredMessage, DeliveryListener } from '../../store/delivered-message.ts';
import type { RingHistory, SheepCluster, SheepEvent, SheepMoment, SheepObjects } from '../result.ts';
import { noteOf, plainNote, SHEEP_NOTES_MAX, type SheepNote } from './services/sheep-notes.ts';

const GROUP = 'sheepdog';
export const SHEEP_EVENTS_MAX = 20_000;
const MEMBERS_MAX = 1024;
/** Where a CPG message names its group: behind the group header of "a" (5) and the name's place in the body (24). */
const NAME_AT = 5 + 24;
const NAME = Array.from(GROUP, (char) => char.charCodeAt(0));

/** A cheap look before a message is read whole: most are Corosync's own. */
function namesSheepdog(bytes: Uint8Array): boolean {
  return bytes.length > NAME_AT + NAME.length && NAME.every((octet, i) => bytes[NAME_AT + i] === octet);
}

/** Where a message to "a" has its number: behind the size in Corosync 1, in front of it later. */
const ID_AT = 5;
const ID_AT_1 = 13;
const JOINLIST: { readonly [dialect in DialectId]: number } = {
  'corosync-1': messageIdOf('corosync-1', 'CPG', 'JOINLIST'),
  'corosync-2': messageIdOf('corosync-2', 'CPG', 'JOINLIST'),
  'corosync-3': messageIdOf('corosync-3', 'CPG', 'JOINLIST'),
};
/** A list of more processes than this is not looked through. */
const JOINLIST_OCTETS_MAX = 65_536;

function isJoinlist({ bytes, littleEndian, dialect }: DeliveredMessage): boolean {
  const at = dialect === 'corosync-1' ? ID_AT_1 : ID_AT;
  if (bytes.length < at + 4 || bytes.length > JOINLIST_OCTETS_MAX) return false;
  const low = (bytes[littleEndian ? at : at + 3] ?? 0) | ((bytes[littleEndian ? at + 1 : at + 2] ?? 0) << 8);
  const high = (bytes[littleEndian ? at + 2 : at + 1] ?? 0) | ((bytes[littleEndian ? at + 3 : at] ?? 0) << 8);
  return low + high * 65_536 === JOINLIST[dialect];
}

interface Sheep {
  readonly nodeid: number;
  readonly pid: number;
  readonly address: string;
}

const addressText = ({ addr, port }: SheepNode): string => `${addr}:${port}`;
const sheepOf = (node: SheepNode): Sheep => ({
  nodeid: node.nodeid ?? 0,
  pid: node.pid ?? 0,
  address: addressText(node),
});

export class SheepWatch implements DeliveryListener {
  private members: readonly Sheep[] = [];
  private epoch: number | null = null;
  private status: string | null = null;
  private copies: number | null = null;
  private isSeen = false;
  private readonly events: SheepEvent[] = [];
  private readonly history: SheepMoment[] = [];
  private readonly vdis = new Map<number, number>();
  /** For the rules, in order. */
  readonly notes: SheepNote[] = [];
  private last: { readonly time: number; readonly frame: number } = { time: 0, frame: 0 };
  private readonly membersOf: (ring: number) => readonly number[] | null;
  /** Number of the ring that the last message was ordered on. */
  private ring = -1;

  /** `membersOf`: of a ring by its number; null where they are not known. */
  constructor(membersOf: (ring: number) => readonly number[] | null) {
    this.membersOf = membersOf;
  }

  delivered(message: DeliveredMessage): void {
    const { bytes, littleEndian, dialect, sender } = message;
    if (message.ring !== this.ring) this.changedRing(message);
    if (!namesSheepdog(bytes)) {
      if (isJoinlist(message)) this.joinlist(message);
      return;
    }
    const read = readServiceMessage(bytes, littleEndian, dialect, sender);
    const { cpg, application } = read;
    if (cpg?.group !== GROUP) return;
    this.isSeen = true;
    this.last = { time: message.timeNs, frame: message.row + 1 };
    if (read.function === 'PROCJOIN') {
      this.says(`the sheep of node ${cpg.nodeid} (pid ${cpg.pid}) joins the group`);
      this.note(plainNote('group-join', this.at, cpg.nodeid, cpg.pid));
    } else if (read.function === 'PROCLEAVE') {
      this.gone(cpg.nodeid, cpg.pid);
      const reason = read.content?.kind === 'procleave' ? read.content.reason : null;
      this.note(plainNote('group-leave', this.at, cpg.nodeid, cpg.pid, reason));
    } else if (read.function === 'MCAST') {
      const sheep = readSheepMessage(bytes.subarray(application.at, application.at + application.length)).message;
      if (sheep !== null) this.message(sheep);
      this.note(sheep === null ? null : noteOf(sheep, this.at));
    }
    this.keepMoment();
  }

  /**
   * The sheep of nodes that are not in the next ring are gone, without a word of theirs. Of the two sides of a split
   * the one with at least half of the members is followed.
   */
  private changedRing({ ring, timeNs, row }: DeliveredMessage): void {
    this.ring = ring;
    const members = this.membersOf(ring);
    if (members === null) return;
    const gone = this.members.filter(({ nodeid }) => !members.includes(nodeid));
    if (gone.length === 0 || gone.length * 2 > this.members.length) return;
    this.last = { time: timeNs, frame: row + 1 };
    for (const sheep of gone) this.leave(sheep);
    this.keepMoment();
  }

  /** Notes what the cluster is from now on, where that is new. */
  private keepMoment(): void {
    const { epoch, copies, history } = this;
    const members = this.members.map(({ address }) => address);
    const before = history.at(-1);
    const isSame =
      before?.epoch === epoch && before.copies === copies && before.members.join(' ') === members.join(' ');
    if (members.length > 0 && !isSame && history.length < SHEEP_EVENTS_MAX)
      history.push({ ...this.last, epoch, copies, members });
  }

  private get at(): { readonly timeNs: number; readonly frame: number } {
    return { timeNs: this.last.time, frame: this.last.frame };
  }

  private note(note: SheepNote | null): void {
    if (note !== null && this.notes.length < SHEEP_NOTES_MAX) this.notes.push(note);
  }

  /** The processes of a node, as it tells them after a change of the ring: its sheep lives and is in the group. */
  private joinlist({ bytes, littleEndian, dialect, sender, timeNs, row }: DeliveredMessage): void {
    if (!this.isSeen) return;
    const { content } = readServiceMessage(bytes, littleEndian, dialect, sender);
    if (content?.kind !== 'joinlist') return;
    const sheep = content.processes.find(({ group }) => group === GROUP);
    if (sheep !== undefined) this.note(plainNote('listed', { timeNs, frame: row + 1 }, sender, sheep.pid));
  }

  private says(says: string): void {
    if (this.events.length < SHEEP_EVENTS_MAX) this.events.push({ ...this.last, says });
  }

  private gone(nodeid: number, pid: number): void {
    const sheep = this.members.find((member) => member.nodeid === nodeid && (member.pid === pid || pid === 0));
    this.says(`the sheep of node ${nodeid} (pid ${pid}) left the group`);
    if (sheep !== undefined) this.leave(sheep);
  }

  private leave(sheep: Sheep): void {
    this.members = this.members.filter((member) => member !== sheep);
    const isRunning = this.status === 'OK' || this.status === 'HALT';
    if (isRunning && this.epoch !== null) this.epoch++;
    this.says(
      `${sheep.address} is no member any more${isRunning && this.epoch !== null ? `: epoch ${this.epoch}` : ''}`,
    );
    this.settleHalt();
  }

  /** A cluster with fewer members than copies halts, and runs again with enough (each default zone is one address). */
  private settleHalt(): void {
    if (this.copies === null || this.copies === 0 || (this.status !== 'OK' && this.status !== 'HALT')) return;
    const zones = new Set(this.members.map(({ nodeid }) => nodeid)).size;
    this.status = zones < this.copies ? 'HALT' : 'OK';
  }

  private message(message: SheepMessage): void {
    switch (message.type) {
      case 'JOIN_REQUEST':
      case 'JOIN':
        this.says(`${addressText(message.sender)} asks to join`);
        return;
      case 'JOIN_RESPONSE':
        this.joinResponse(message);
        return;
      case 'LEAVE': {
        const sheep = this.members.find(({ address }) => address === addressText(message.sender));
        this.says(`${addressText(message.sender)} says that it leaves`);
        if (sheep !== undefined) this.leave(sheep);
        return;
      }
      case 'BLOCK':
        this.says(`${addressText(message.sender)} blocks the cluster for an operation`);
        return;
      case 'NOTIFY':
      case 'UNBLOCK':
        this.operation(message);
    }
  }

  private joinResponse({ sender, nodes, result, join }: SheepMessage): void {
    if (join === null) return;
    const { head } = join;
    if (result !== 'SUCCESS') {
      this.says(`${addressText(sender)} is refused: ${result}, ${resultText(head.result)}`);
      return;
    }
    this.members = [...nodes, sender].slice(0, MEMBERS_MAX).map(sheepOf);
    this.status = String(statusName(head.clusterStatus));
    this.copies = head.nrSobjs === 0 ? this.copies : head.nrSobjs;
    this.epoch = head.epoch + (head.incEpoch === 0 ? 0 : 1);
    this.settleHalt();
    this.says(
      `${addressText(sender)} is accepted, ${this.members.length} members, ${this.status}, epoch ${this.epoch}`,
    );
  }

  private operation(message: SheepMessage): void {
    const { operation, sender } = message;
    if (operation === null) return;
    const record = sheepJson(message) as {
      readonly request?: { readonly opcode?: string | number; readonly copies?: number };
      readonly response?: { readonly result_text?: string; readonly vdi_id?: number };
    };
    const name = record.request?.opcode ?? operationName(0);
    const vdi = record.response?.vdi_id;
    const about = typeof vdi === 'number' && vdi !== 0 ? `, vdi ${vdi.toString(16)}` : '';
    this.says(`${addressText(sender)}: ${name}${about}: ${record.response?.result_text ?? '?'}`);
    if (name === 'MAKE_FS') {
      this.copies = record.request?.copies ?? this.copies;
      this.epoch = 1;
      this.status = 'OK';
      this.settleHalt();
    } else if (name === 'SHUTDOWN') this.status = 'SHUTDOWN';
    else if (typeof vdi === 'number' && vdi !== 0) this.image(String(name), vdi);
  }

  private image(operation: string, vdi: number): void {
    if (operation === 'DEL_VDI') this.vdis.delete(vdi);
    else if (operation === 'NEW_VDI' && !this.vdis.has(vdi) && this.vdis.size < SHEEP_EVENTS_MAX)
      this.vdis.set(vdi, this.last.time);
  }

  /** Members of nodes that are in no ring any more left with their node. */
  finish(rings: readonly RingHistory[], objects: SheepObjects): SheepCluster | null {
    if (!this.isSeen) return null;
    const ring = rings.filter(({ members }) => this.members.some(({ nodeid }) => members.includes(nodeid))).at(-1);
    const isGone = (sheep: Sheep): boolean =>
      ring !== undefined &&
      ring.firstToken !== null &&
      ring.firstToken > this.last.time &&
      !ring.members.includes(sheep.nodeid);
    const members = this.members.filter((sheep) => !isGone(sheep));
    const lost = this.members.length - members.length;
    const epoch = this.epoch === null || lost === 0 || this.status === 'WAIT_FOR_FORMAT' ? this.epoch : this.epoch + 1;
    const texts = members.map(({ address }) => address);
    return {
      members: texts,
      master: texts[0] ?? null,
      epoch,
      status: this.status,
      copies: this.copies,
      events: [...this.events],
      history: [...this.history],
      vdis: [...this.vdis].map(([vid, time]) => ({ vid, time })),
      objects,
    };
  }
}
