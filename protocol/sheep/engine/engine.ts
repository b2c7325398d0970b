// One sheep: its scripts, its state, and what each input does first. See contract.ts for what hosts must keep.
import { addrOctets } from '../node-entry.ts';
import { Status } from '../operations.ts';
import { buildHashRing } from '../placement/hash-ring.ts';
import { takeVdi, takenVdis, VDI_BITMAP_OCTETS } from '../image/vdi-bitmap.ts';
import { clonePlain } from '../../base/clone.ts';
import { assert } from '../../base/result.ts';
import type { Micros } from '../../totem/engine/contract.ts';
import { boot, stop } from './boot.ts';
import type { SheepEffect, SheepEngine, SheepInput, SheepOptions, SheepSaved } from './contract.ts';
import { confchg, deliver } from './driver/driver.ts';
import { dispatch, isDispatchable } from './driver/dispatch.ts';
import { resend } from './driver/sending.ts';
import { inspectSheep } from './inspect.ts';
import { Kernel, type SavedKernel, type ScriptDefinition } from './kernel.ts';
import { say, tell } from './log.ts';
import { peerClosed, peerData, peerMissing, peerOpened } from './net/peers.ts';
import { accept, inboundClosed, inboundMissing } from './net/server.ts';
import { POLICIES } from './policy.ts';
import { SCRIPTS } from './scripts.ts';
import { takeData } from './serve.ts';
import type { Sheep } from './sheep.ts';
import type { SheepState } from './state.ts';
import { look, nextLook, noticePause } from './watch.ts';

const EXIT_NO_CPG = 134;
const EXIT_NO_PORT = 1;

/** The bitmap of 2 MiB is saved as the few ids that are taken. */
interface Saved {
  readonly state: SheepState;
  readonly taken: readonly number[];
  readonly kernel: SavedKernel;
}

function newState(): SheepState {
  return {
    phase: 'starting',
    store: { config: null, logs: new Map(), bitmap: new Uint8Array(VDI_BITMAP_OCTETS), nextJournal: 1 },
    cluster: {
      status: Status.WAIT_FOR_FORMAT,
      epoch: 0,
      committed: 0,
      skipped: new Set(),
      isSuspended: false,
      copies: 0,
      flags: 0,
      ctime: 0n,
      members: [],
      ring: buildHashRing([]),
      missing: [],
      candidate: { epoch: 0, entries: [] },
      claims: new Map(),
    },
    driver: {
      queue: [],
      isBusy: false,
      members: [],
      group: [],
      since: new Map(),
      away: [],
      hasJoined: false,
      isFirst: false,
      attempt: 0,
      isAsking: false,
      outbox: [],
      refuted: null,
      isStopping: false,
      isLeaving: false,
      operations: [],
      nextOperation: 1,
      probe: null,
      nextProbe: 1,
    },
    net: { inbound: new Map(), outbound: new Map(), nextConn: -1, nextId: 0 },
    io: {
      outstanding: 0,
      isHeld: false,
      orders: new Map(),
      files: new Map(),
      writing: 0,
      doubts: new Map(),
      lastWrites: new Map(),
      journals: [],
      repaired: new Map(),
    },
    recovery: null,
    nextRun: 1,
    lastStep: 0 as Micros,
    nextPointer: 0,
  };
}

const NO_BITMAP = new Uint8Array(0);

function restored(saved: Saved): SheepState {
  const state = clonePlain(saved.state);
  const bitmap = new Uint8Array(VDI_BITMAP_OCTETS);
  for (const vdi of saved.taken) takeVdi(bitmap, vdi);
  return { ...state, store: { ...state.store, bitmap } };
}

function savedOf(state: SheepState, kernel: SavedKernel): Saved {
  const store = { ...state.store, bitmap: NO_BITMAP };
  return clonePlain({ state: { ...state, store }, taken: takenVdis(state.store.bitmap), kernel });
}

/** What an input does before scripts go on; disk-done is the kernel's. */
function take(sheep: Sheep, kernel: Kernel, input: SheepInput): void {
  switch (input.kind) {
    case 'start':
      return sheep.spawn(boot, null);
    case 'deadline':
      return;
    case 'stop':
      return stop(sheep);
    case 'cpg-confchg':
      return confchg(sheep, input);
    case 'cpg-deliver':
      return deliver(sheep, input.from, input.message);
    case 'cpg-refused':
      return sheep.spawn(resend, null);
    case 'cpg-ended':
      return endWithout(sheep, 'received EPOLLHUP event: has corosync exited?', EXIT_NO_CPG);
    case 'listen-failed':
      return endWithout(sheep, input.why, EXIT_NO_PORT);
    case 'tcp-accepted':
      return accept(sheep, input.conn);
    case 'tcp-opened':
      return peerOpened(sheep, input.conn);
    case 'tcp-data':
      return input.conn > 0 ? takeData(sheep, input.conn, input.octets) : peerData(sheep, input.conn, input.octets);
    case 'tcp-closed':
      return input.conn > 0 ? inboundClosed(sheep, input.conn) : peerClosed(sheep, input.conn);
    case 'disk-done':
      return kernel.diskDone(input.id, input.outcome);
  }
}

function endWithout(sheep: Sheep, why: string, code: number): void {
  if (code === EXIT_NO_CPG) say(sheep, 'cluster_handler', why, 'err');
  else tell(sheep, why, 'err');
  sheep.emit({ kind: 'exit', code, why });
  sheep.state.phase = 'ended';
}

function checkAddress({ self }: SheepOptions): void {
  const loopback = addrOctets('127.0.0.1');
  assert(self.addr.length === 16 && loopback !== null, 'a node has an address of 16 octets');
}

export function createSheepEngine(options: SheepOptions): SheepEngine {
  checkAddress(options);
  const saved = options.saved as Saved | undefined;
  const state = saved === undefined ? newState() : restored(saved);
  let effects: SheepEffect[] = [];
  let now = state.lastStep;
  const emit = (effect: SheepEffect): void => {
    effects.push(effect);
  };
  const sheep: Sheep = {
    options,
    policy: POLICIES[options.behaviour],
    self: options.self,
    process: options.process,
    state,
    get now() {
      return now;
    },
    emit,
    spawn: <Args>({ name }: ScriptDefinition<Args, unknown>, args: Args): void => kernel.spawn(name, args),
  };
  const kernel = new Kernel(SCRIPTS, sheep, (id, op) => emit({ kind: 'disk', id, op }));
  if (saved !== undefined) kernel.restore(clonePlain(saved.kernel));

  const settle = (): void => {
    kernel.settle();
    while (state.phase !== 'ended' && isDispatchable(sheep)) {
      sheep.spawn(dispatch, null);
      kernel.settle();
    }
  };

  return {
    step(at, input) {
      effects = [];
      if (state.phase === 'ended') return effects;
      now = at;
      if (input.kind !== 'start') noticePause(sheep);
      state.lastStep = at;
      take(sheep, kernel, input);
      settle();
      look(sheep);
      settle();
      return effects;
    },
    wanted: (conn) => (conn > 0 ? inboundMissing(sheep, conn) : peerMissing(sheep, conn)),
    nextDeadline() {
      if (state.phase === 'ended') return null;
      const [timer, watch] = [kernel.nextDeadline(), nextLook(sheep)];
      if (timer === null || watch === null) return (timer ?? watch) as Micros | null;
      return Math.min(timer, watch) as Micros;
    },
    inspect: () => inspectSheep(sheep, kernel.names()),
    save: () => savedOf(state, kernel.save()) as unknown as SheepSaved,
  };
}
