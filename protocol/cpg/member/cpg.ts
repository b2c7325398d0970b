// Closed process groups on one node (Corosync's cpg.c and libcpg; specs/totem.md 5.5): requests of local processes in,
// messages and changes of groups out, in total order. Its host packs what it sends and tells it of rings.
import type { EngineNote } from '../../totem/engine/contract.ts';
import type { RingRef } from '../../totem/identity.ts';
import { CONFCHG_REASONS, type CpgEffect, type CpgRequest } from './contract.ts';
import { encodeDownlist, encodeJoinlist } from '../encode.ts';
import { groupNameIn, groupNameOctets } from '../group-name.ts';
import { LocalProcesses, type LocalState } from './local.ts';
import { CpgMembership, type GroupChange, type MembershipState } from './membership.ts';
import {
  CPG_MCAST_AT,
  CPG_MCAST_OCTETS,
  CpgName as CpgNameLayout,
  SERVICE_MESSAGES,
  type CpgName,
} from '../messages.ts';
import { PartialMessages, senderKey, type PartialState } from './partial.ts';
import { PROCESSES_MAX, ProcessTable, type ProcessTableState } from './processes.ts';
import { CpgRequests, type CpgHost, type RequestsState } from './requests.ts';
import { decodeService } from '../service-codec.ts';
import type { FunctionName } from '../services.ts';

export interface CpgNodeHost extends CpgHost {
  /** Sends a message while the services synchronise. */
  sendSync(message: Uint8Array): void;
  emit(effect: CpgEffect | { readonly kind: 'note'; readonly note: EngineNote }): void;
}

/** A service message as it was delivered: who sent it, and where it lies in the octets, from its header on. */
export interface Delivered {
  readonly from: number;
  readonly bytes: Uint8Array;
  /** Of all of `bytes`. */
  readonly view: DataView;
  readonly at: number;
  readonly end: number;
  readonly littleEndian: boolean;
  readonly ringId: RingRef;
  readonly seq: number;
}

/** Plain data: structuredClone() copies it. */
export interface CpgState {
  readonly table: ProcessTableState;
  readonly locals: LocalState;
  readonly requests: RequestsState;
  readonly membership: MembershipState;
  readonly partials: PartialState;
  readonly isCollecting: boolean;
}

export class Cpg {
  readonly #host: CpgNodeHost;
  readonly #table: ProcessTable;
  readonly #locals: LocalProcesses;
  readonly #requests: CpgRequests;
  readonly #membership: CpgMembership;
  readonly #partials: PartialMessages;
  /** Between the installation of a ring and the end of CPG's own synchronisation, when lists are listened to. */
  #isCollecting: boolean;

  constructor(host: CpgNodeHost, saved?: CpgState) {
    const { dialect, nodeid } = host;
    this.#host = host;
    this.#table = new ProcessTable(saved?.table);
    this.#locals = new LocalProcesses(dialect, nodeid, saved?.locals);
    this.#requests = new CpgRequests(host, this.#table, this.#locals, saved?.requests);
    this.#membership = new CpgMembership(dialect, nodeid, this.#table, saved?.membership);
    this.#partials = new PartialMessages(saved?.partials);
    this.#isCollecting = saved?.isCollecting ?? false;
  }

  request(input: CpgRequest): void {
    this.#requests.request(input);
  }

  /** To be called where more can be sent than before. */
  flush(): void {
    this.#requests.flush();
  }

  /** A message of the service; `name` is its function, or a number that has no name. */
  deliver(name: FunctionName | number, message: Delivered): void {
    switch (name) {
      case 'MCAST':
        return this.#mcast(message);
      case 'PARTIAL_MCAST':
        return this.#partialMcast(message);
      case 'PROCJOIN':
      case 'PROCLEAVE':
        return this.#processChange(name, message);
      case 'JOINLIST':
        return this.#joinlist(message);
      case 'DOWNLIST':
        return this.#downlist(message);
      default:
      // Old downlists, and functions that no Corosync of this generation has, are ignored by real nodes too.
    }
  }

  /** A ring was installed: `came` are the nodes that came along from the ring before, this one among them. */
  startSync(came: readonly number[], members: readonly number[]): void {
    this.#membership.start(came, members);
    this.#isCollecting = true;
  }

  /** Says what this node has. */
  processSync(): void {
    const { dialect, nodeid } = this.#host;
    if (dialect === 'corosync-1') {
      const { oldMembers, left } = this.#membership.ownDownlist();
      this.#host.sendSync(encodeDownlist(dialect, oldMembers, left));
    }
    const own = this.#table
      .select((_group, process) => process.nodeid === nodeid)
      .map(({ group, pid }) => ({ group: groupNameOctets(group) ?? new Uint8Array(0), pid }));
    if (own.length > 0) this.#host.sendSync(encodeJoinlist(dialect, own));
  }

  /** All members have said what they have. */
  activateSync(): void {
    this.#isCollecting = false;
    const leftOut = this.#membership.activate((change) => this.#tell(change));
    if (leftOut > 0) this.#discard('JOINLIST', `${leftOut} processes beyond the ${PROCESSES_MAX} remembered`);
  }

  groups(): readonly { readonly name: string; readonly members: readonly { nodeid: number; pid: number }[] }[] {
    return this.#table.groups();
  }

  queued(): { readonly messages: number; readonly octets: number } {
    return this.#requests.queued();
  }

  save(): CpgState {
    return {
      table: this.#table.save(),
      locals: this.#locals.save(),
      requests: this.#requests.save(),
      membership: this.#membership.save(),
      partials: this.#partials.save(),
      isCollecting: this.#isCollecting,
    };
  }

  #mcast({ from, bytes, view, at, end, littleEndian, ringId, seq }: Delivered): void {
    const start = at + CPG_MCAST_OCTETS;
    if (start > end) return this.#discard('MCAST', `${end - at} octets`);
    const nameAt = at + CPG_MCAST_AT.groupName;
    const nameLength = view.getUint32(nameAt + CpgNameLayout.at.length, littleEndian);
    const audience = this.#locals.audienceAt(bytes, nameAt + CpgNameLayout.at.value, nameLength);
    if (audience === null) return;
    const { group, pids } = audience;
    if (!this.#table.knowsNode(group, from)) return this.#discard('MCAST', `node ${from} has no process in the group`);
    const messageEnd = start + view.getUint32(at + CPG_MCAST_AT.msglen, littleEndian);
    if (messageEnd > end) return this.#discard('MCAST', `${messageEnd - end} octets of the message are missing`);
    const sender = { nodeid: from, pid: view.getUint32(at + CPG_MCAST_AT.pid, littleEndian) };
    const message = bytes.subarray(start, messageEnd);
    this.#host.emit({ kind: 'cpg-deliver', group, from: sender, message, ringId, seq, to: pids });
  }

  #partialMcast({ from, bytes, view, at, end, littleEndian, ringId, seq }: Delivered): void {
    const layout = SERVICE_MESSAGES[this.#host.dialect].PARTIAL_MCAST;
    const decoded = decodeService(layout, view, at, end, littleEndian);
    if (!decoded.ok) return this.#discard('PARTIAL_MCAST', decoded.problem.kind);
    const { groupName, pid, msglen, type } = decoded.value.head;
    const group = groupNameIn(groupName);
    const sender = { nodeid: from, pid };
    const to = group === null ? [] : this.#locals.audienceOf(group);
    if (group === null || to.length === 0) return;
    if (!this.#table.has(group, sender)) return this.#discard('PARTIAL_MCAST', `process ${pid} is no member`);
    const { at: octetsAt, length } = decoded.value.octets;
    const octets = bytes.subarray(octetsAt, octetsAt + length);
    const whole = this.#partials.add(senderKey(group, from, pid), { type, msglen, octets }, to);
    if (whole === null) return;
    if (typeof whole === 'string') return this.#discard('PARTIAL_MCAST', whole);
    // Who joined behind the first part cannot complete it; who left since does not hear it.
    const heard = whole.to.filter((process) => to.includes(process));
    if (heard.length === 0) return;
    this.#host.emit({ kind: 'cpg-deliver', group, from: sender, message: whole.message, ringId, seq, to: heard });
  }

  #processChange(name: 'PROCJOIN' | 'PROCLEAVE', { from, view, at, end, littleEndian }: Delivered): void {
    const layout = SERVICE_MESSAGES[this.#host.dialect][name];
    const decoded = decodeService(layout, view, at, end, littleEndian);
    if (!decoded.ok) return this.#discard(name, decoded.problem.kind);
    const { groupName, pid, reason } = decoded.value.head;
    const group = groupNameIn(groupName);
    if (group === null) return this.#discard(name, `the group name has ${groupName.length} octets`);
    if (name === 'PROCJOIN') return this.#joined(group, from, pid);
    return this.#left(group, from, pid, reason);
  }

  #joined(group: string, nodeid: number, pid: number): void {
    const what = this.#table.join(group, { nodeid, pid });
    if (what === 'full') return this.#discard('PROCJOIN', `${PROCESSES_MAX} processes are remembered`);
    const local = nodeid === this.#host.nodeid ? this.#locals.find(group, pid) : undefined;
    if (local !== undefined) {
      local.hasJoined = true;
      this.#locals.changed();
    }
    if (what === 'joined') this.#tell({ group, left: [], joined: [{ nodeid, pid, reason: 'join' }] });
  }

  #left(group: string, nodeid: number, pid: number, reason: number): void {
    const isOwn = nodeid === this.#host.nodeid;
    if (this.#table.leave(group, { nodeid, pid }))
      this.#tell({ group, left: [{ nodeid, pid, reason: CONFCHG_REASONS[reason - 1] ?? 'leave' }], joined: [] });
    if (!isOwn) return;
    const local = this.#locals.find(group, pid);
    if (local?.isLeaving === true) this.#locals.remove(local);
    this.#requests.departed(group, pid);
  }

  #joinlist({ from, view, at, end, littleEndian }: Delivered): void {
    const layout = SERVICE_MESSAGES[this.#host.dialect].JOINLIST;
    const decoded = decodeService(layout, view, at, end, littleEndian);
    if (!decoded.ok) return this.#discard('JOINLIST', decoded.problem.kind);
    if (!this.#isCollecting) return this.#discard('JOINLIST', 'the services are not synchronising');
    const processes: { readonly group: string; readonly pid: number }[] = [];
    const { records } = decoded.value;
    for (const { groupName, pid } of records as readonly { groupName: CpgName; pid: number }[]) {
      const group = groupNameIn(groupName);
      if (group !== null) processes.push({ group, pid });
    }
    const nameless = records.length - processes.length;
    if (nameless > 0) this.#discard('JOINLIST', `${nameless} processes in groups whose names have no possible length`);
    if (!this.#membership.addJoinlist(from, processes))
      this.#discard('JOINLIST', `more than ${PROCESSES_MAX} processes on all lists`);
  }

  #downlist({ from, view, at, end, littleEndian }: Delivered): void {
    if (this.#host.dialect !== 'corosync-1' || !this.#isCollecting) return;
    const decoded = decodeService(SERVICE_MESSAGES['corosync-1'].DOWNLIST, view, at, end, littleEndian);
    if (!decoded.ok) return this.#discard('DOWNLIST', decoded.problem.kind);
    const { head, records } = decoded.value;
    this.#membership.addDownlist(from, { oldMembers: head.oldMembers, left: records as readonly number[] });
  }

  /** Tells the local members of a group, and forgets what those who left had begun to send in parts. */
  #tell({ group, left, joined }: GroupChange): void {
    for (const { nodeid, pid } of left) this.#partials.drop(senderKey(group, nodeid, pid));
    const to = this.#locals.audienceOf(group);
    if (to.length === 0) return;
    this.#host.emit({ kind: 'cpg-confchg', group, members: [...this.#table.members(group)], left, joined, to });
  }

  #discard(what: FunctionName, why: string): void {
    this.#host.emit({ kind: 'note', note: { kind: 'discarded', what: `CPG ${what}`, why } });
  }
}
