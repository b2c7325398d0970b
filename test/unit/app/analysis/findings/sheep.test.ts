// What is concluded from sheepdog's messages: sheep as the program has them, in the behaviour of 0.3.0, made to send
// what they send; the rings below them are told here.
import { describe, expect, it } from 'vitest';
import { concatBytes, utf8Bytes } from '../../../../../protocol/base/bytes.ts';
import {
  encodeJoinlist,
  encodeMcastHead,
  encodeProcessChange,
  setMcastLength,
} from '../../../../../protocol/cpg/encode.ts';
import { decodeClusterMessage, encodeClusterMessage } from '../../../../../protocol/sheep/cluster-frame.ts';
import type { FindingContext } from '../../../../../app/analysis/findings/engine/rule.ts';
import { Ledger } from '../../../../../app/analysis/findings/engine/ledger.ts';
import { sheepLost } from '../../../../../app/analysis/findings/sheep/sheep-lost.ts';
import { sheepSplit } from '../../../../../app/analysis/findings/sheep/sheep-split.ts';
import {
  sheepEmptyEpoch,
  sheepHalted,
  sheepJoinRefused,
  sheepNoCopies,
  sheepWaiting,
} from '../../../../../app/analysis/findings/sheep/store-rules.ts';
import type { Finding, RingHistory } from '../../../../../app/analysis/result.ts';
import { SheepWatch } from '../../../../../app/analysis/traffic/sheepdog.ts';
import { runCollie } from '../../../../support/sheep/collie-runner.ts';
import { World, type WorldNode } from '../../../../support/sheep/world.ts';

const SECOND = 1_000_000;
const GROUP = utf8Bytes('sheepdog');
const RULES = [sheepLost, sheepSplit, sheepEmptyEpoch, sheepHalted, sheepWaiting, sheepJoinRefused, sheepNoCopies];
const id = (last: number): number => last * 2 ** 24 + 0x1a8c0;

/** A world whose messages are watched as a capture would show them, with rings beside it. */
class Watched {
  readonly world: World;
  readonly watch = new SheepWatch((ring) => this.rings[ring - 1]?.members ?? null);
  readonly rings: RingHistory[] = [];
  readonly starts: { readonly node: number; readonly timeNs: number }[] = [];
  readonly leaves: { readonly node: number; readonly timeNs: number; readonly frame: number }[] = [];
  private row = 0;
  private seq = 4n;

  constructor(nodes: readonly number[]) {
    this.world = new World({ behaviour: 'faithful', seed: 5, nodes });
    this.world.onEffect = (node, effect) => {
      if (effect.kind === 'cpg-mcast') this.mcast(node, effect.message);
      else if (effect.kind === 'cpg-join')
        this.delivered(node, encodeProcessChange('corosync-1', 'PROCJOIN', GROUP, node.process.pid, 1));
    };
  }

  delivered(node: WorldNode, bytes: Uint8Array): void {
    this.row++;
    const ring = this.rings.length;
    const where = { row: this.row, firstRow: this.row, timeNs: this.now, sender: node.process.nodeid, ring };
    this.watch.delivered({ ...where, seq: this.row, dialect: 'corosync-1', littleEndian: true, bytes });
  }

  mcast(node: WorldNode, message: Uint8Array): void {
    const { nodeid, pid } = node.process;
    const head = encodeMcastHead('corosync-1', GROUP, nodeid, pid);
    setMcastLength('corosync-1', head, message.length);
    this.delivered(node, concatBytes([head, message]));
  }

  get now(): number {
    return this.world.now * 1000;
  }

  start(...nodes: readonly number[]): void {
    for (const last of nodes) {
      this.world.start(this.world.node(last));
      this.world.run(SECOND);
    }
  }

  collie(at: number, line: string): void {
    runCollie(this.world, this.world.node(at), line);
    this.world.run(SECOND);
  }

  kill(last: number): void {
    const node = this.world.node(last);
    this.delivered(node, encodeProcessChange('corosync-1', 'PROCLEAVE', GROUP, node.process.pid, 5));
    this.world.kill(node);
    this.world.run(SECOND);
  }

  /** Members of a new ring; each tells its processes. */
  ring(...members: readonly number[]): void {
    this.seq += 4n;
    const ids = members.map(id);
    const rep = Math.min(...ids);
    const ring = { ring: this.rings.length + 1, id: `${rep}:${this.seq}`, rep, seq: this.seq, members: ids };
    const times = { committed: this.now, firstToken: this.now, lastToken: null, tokens: 9 };
    this.rings.push({ ...ring, ...times, cause: 'unknown', origins: new Map(), frames: [this.row] });
    for (const last of members) {
      const { process, engine } = this.world.node(last);
      const list = engine === null ? [] : [{ group: GROUP, pid: process.pid }];
      this.delivered(this.world.node(last), encodeJoinlist('corosync-1', list));
    }
    this.world.run(SECOND);
  }

  findings(): readonly Finding[] {
    const { rings, starts, leaves } = this;
    const context = {
      sheepNotes: this.watch.notes,
      rings,
      ledger: new Ledger(),
      joins: { starts },
      odd: { leaves },
      nodes: [],
      facts: {},
      store: { chunks: [], firstRow: 0, length: 0, address: () => '' },
      addresses: { nodeAt: () => null },
      incidents: [],
      sheepdog: null,
      startNs: 0,
      endNs: this.now,
    } as unknown as FindingContext;
    return RULES.flatMap(({ run }) => run(context));
  }

  said(): readonly (readonly [string, readonly number[]])[] {
    return this.findings().map(({ rule, culprits }) => [rule, culprits.map((node) => node >>> 24)]);
  }
}

function store(copies: number, ...nodes: readonly number[]): Watched {
  const watched = new Watched(nodes);
  watched.ring(...nodes);
  watched.start(...nodes);
  watched.collie(nodes[0] ?? 0, `collie cluster format -c ${copies}`);
  return watched;
}

describe('sheepdog', () => {
  it('is well while sheep start, are formatted, and one joins', () => {
    const watched = store(2, 111, 112);
    expect(watched.said()).toEqual([]);
  });

  it('goes to the next epoch when a node is not in the next ring, and says nothing itself', () => {
    const watched = store(2, 111, 112, 114);
    const epochs = (): unknown =>
      watched.watch
        .finish(watched.rings, { oid: new BigUint64Array(), timeNs: new Float64Array() })
        ?.history.map(({ epoch, members }) => [epoch, members.length])
        .at(-1);
    expect(epochs()).toEqual([1, 3]);

    watched.ring(111, 112);
    expect(epochs()).toEqual([2, 2]);
  });

  it('is followed on the side of a split that has at least half of its members', () => {
    const watched = store(2, 111, 112, 114);
    watched.ring(114);
    watched.ring(111, 112);
    const cluster = watched.watch.finish(watched.rings, { oid: new BigUint64Array(), timeNs: new Float64Array() });

    expect(cluster?.members).toEqual(['192.168.1.111:7000', '192.168.1.112:7000']);
    expect(cluster?.epoch).toBe(2);
  });

  it('is split when a node was out of the ring for a time and its sheep lived on', () => {
    const watched = store(2, 111, 112, 114);
    watched.ring(111, 112);
    watched.ring(111, 112, 114);

    expect(watched.said()).toEqual([['sheep-split', [114]]]);
    expect(watched.findings()[0]?.evidence.at(-1)?.says).toMatch(/lists its sheep in the group/);
  });

  it('is not split where the process died with its Corosync and asks to join again', () => {
    const watched = store(2, 111, 112, 114);
    watched.ring(111, 112);
    watched.starts.push({ node: id(114), timeNs: watched.now });
    watched.world.kill(watched.world.node(114));
    watched.ring(111, 112, 114);
    watched.start(114);

    expect(watched.said()).toEqual([]);
  });

  it('halts with fewer nodes than copies, and not with as many', () => {
    const two = store(2, 111, 112, 114);
    two.kill(114);
    expect(two.said()).toEqual([['sheep-lost', [114]]]);

    const one = store(3, 111, 112, 114);
    one.kill(114);
    one.world.run(2 * SECOND);
    expect(one.said()).toEqual([
      ['sheep-lost', [114]],
      ['sheep-halted', []],
    ]);
    expect(one.findings()[1]?.because).toMatch(/^sheep-lost@/);
  });

  it('has lost no sheep where its node leaves, or is missing from the next ring, right after it', () => {
    const left = store(2, 111, 112, 114);
    left.kill(114);
    left.leaves.push({ node: id(114), timeNs: left.now, frame: 1 });
    expect(left.said()).toEqual([]);

    const missing = store(2, 111, 112, 114);
    missing.kill(114);
    missing.ring(111, 112);
    expect(missing.said()).toEqual([]);
  });

  it('waits after a shutdown until the nodes of its latest epoch are back', () => {
    const watched = store(2, 111, 112);
    watched.collie(111, 'collie cluster shutdown');
    watched.start(111);
    watched.world.run(3 * SECOND);
    const [finding] = watched.findings();

    expect(watched.said()).toEqual([['sheep-waiting', []]]);
    expect(finding?.says).toMatch(/its latest epoch names 192\.168\.1\.112:7000 besides/);
  });

  it('is refused, and runs without copies, when it is started in the wrong order', () => {
    const watched = store(2, 111, 112);
    watched.kill(112);
    watched.kill(111);
    watched.start(112);
    watched.start(111);
    watched.start(112);
    const said = watched.said();

    expect(said).toContainEqual(['sheep-join-refused', [111]]);
    expect(said).toContainEqual(['sheep-no-copies', [111]]);
  });

  it('has an empty epoch after a leave of its own', () => {
    const watched = store(2, 111, 112);
    const node = watched.world.node(112);
    const last = decodeClusterMessage(sent(watched, 112));
    if (!last.ok) throw new Error('no message');
    watched.mcast(node, encodeClusterMessage({ ...last.value, typeResult: 2, payload: new Uint8Array(0) }));

    expect(watched.said()).toContainEqual(['sheep-empty-epoch', [112]]);
  });
});

/** What a sheep multicasts next when it is asked to create an image. */
function sent({ world }: Watched, last: number): Uint8Array {
  let message: Uint8Array | null = null;
  const before = world.onEffect;
  world.onEffect = (node, effect) => {
    before?.(node, effect);
    if (node.last === last && effect.kind === 'cpg-mcast') message ??= effect.message;
  };
  runCollie(world, world.node(last), 'collie vdi create A 1G');
  world.onEffect = before;
  if (message === null) throw new Error('nothing was sent');
  return message;
}
