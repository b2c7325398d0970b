// Retransmission requests, and the token held where nothing is new (specs/totem.md 3.3, 3.4), in the ring {1, 2, 3}.
import { describe, expect, it } from 'vitest';
import type { TotemSettings } from '../../../../../../protocol/totem/engine/config.ts';
import { anMcast } from '../../../../../support/totem/messages.ts';
import { TotemNode } from '../../../../../support/totem/node.ts';

const operational = (id = 2, settings: TotemSettings = {}): TotemNode => new TotemNode(id, settings).to('operational');
const submit = (node: TotemNode, count: number): TotemNode => {
  for (let i = 0; i < count; i++) node.step({ kind: 'submit', packet: Uint8Array.of(0xaa, i), guarantee: 'agreed' });
  return node;
};
const out = (node: TotemNode) => node.sentOf('orf_token')[0];
const seqs = (node: TotemNode): number[] => node.sentOf('mcast').map(({ seq }) => seq);

describe('retransmission (steps 10 and 11)', () => {
  it('answers with the octets as first received, originator and all, and takes the entry off (8.28)', () => {
    const original = anMcast({ from: 3, seq: 1, thisSeqno: 77, payload: Uint8Array.of(1, 2, 3) });
    const node = operational()
      .hear(original, anMcast({ seq: 2 }))
      .token({ seq: 2, rtr: [1] });

    const sent = node.effects.flatMap((effect) => (effect.kind === 'send-mcast' ? [effect.bytes] : []));
    expect(sent).toEqual([original]);
    expect(out(node)).toMatchObject({ rtrList: [], fcc: 1 });
    expect(node.notesOf('retransmit-list')).toEqual([{ kind: 'retransmit-list', seqs: [1] }]);
    expect(node.counters).toMatchObject({ mcast_retx: 1 });
  });

  it('keeps the byte order of an originator that is big-endian', () => {
    const original = anMcast({ from: 3, seq: 1, littleEndian: false });
    const node = operational().hear(original);
    expect(node.effects).toMatchObject([{ kind: 'deliver', from: 3, seq: 1, littleEndian: false }]);

    node.token({ seq: 1, rtr: [1] });

    expect(node.effects).toContainEqual({ kind: 'send-mcast', bytes: original });
  });

  it('counts against the allowance, before new messages', () => {
    const node = submit(operational(2, { maxMessages: 3 }), 5);
    for (const seq of [1, 2, 3, 4]) node.hear(anMcast({ seq }));

    node.token({ seq: 4, rtr: [1, 2, 9] });

    expect(seqs(node)).toEqual([1, 2, 5]);
    expect(out(node)).toMatchObject({ fcc: 3, rtrList: [{ seq: 9 }] });
  });

  it('leaves to others what it lacks and what there is no room for', () => {
    const node = operational(2, { maxMessages: 1 }).hear(anMcast({ seq: 1 }), anMcast({ seq: 2 }));

    node.token({ seq: 4, rtr: [3, 1, 2] });

    expect(seqs(node)).toEqual([1]);
    expect(out(node)?.rtrList.map(({ seq }) => seq)).toEqual([3, 2]);
  });

  it('asks at the fifth visit that misses a message, and at each one after it (8.29)', () => {
    const node = operational().hear(anMcast({ seq: 2 }));
    const asked = [1, 2, 3, 4, 5, 6].map(() => out(node.token({ seq: 3 }))?.rtrList.map(({ seq }) => seq));

    expect(asked).toEqual([[], [], [], [], [1, 3], [1, 3]]);
  });

  it('does not ask again for what is on the list', () => {
    const node = operational();
    for (let i = 0; i < 4; i++) node.token({ seq: 2 });

    expect(out(node.token({ seq: 2, rtr: [2] }))?.rtrList.map(({ seq }) => seq)).toEqual([2, 1]);
  });

  it('begins to count anew when a message was there and the number is used again by a later ring', () => {
    const node = operational();
    for (let i = 0; i < 4; i++) node.token({ seq: 1 });
    node.hear(anMcast({ seq: 1 }));

    expect(out(node.token({ seq: 2 }))?.rtrList).toEqual([]);
  });

  it('asks for no more than 30 (8.42), and carries requests of others on', () => {
    const node = operational();
    for (let i = 0; i < 4; i++) node.token({ seq: 100 });
    node.token({ seq: 100, rtr: [90, 91] });

    const list = out(node)?.rtrList.map(({ seq }) => seq);
    expect(list?.slice(0, 4)).toEqual([90, 91, 1, 2]);
    expect(list).toHaveLength(30);
  });

  it('drops a token with more than 30 entries', () => {
    const node = operational().token({ seq: 0, rtr: Array.from({ length: 31 }, (_, i) => i + 1) });

    expect(node.notesOf('discarded')).toMatchObject([{ what: 'orf_token' }]);
    expect(node.sent).toEqual([]);
  });

  it('drops a token whose seq is beyond every window', () => {
    expect(operational().token({ seq: 20_000 }).sent).toEqual([]);
  });
});

describe('holding (steps 1, 3, 12)', () => {
  const spins = (id: number, settings: TotemSettings = {}): number => {
    const node = operational(id, settings).token({ seq: 0 });
    // A token with news begins the count.
    node.tokenAfter(1, 1);
    let tokens = 0;
    for (; tokens < 100; tokens++) {
      node.token({ seq: 1 });
      if (node.engine.inspect().held) break;
    }
    return tokens;
  };

  it('the representative holds at the 31st token without news, others believe it at the 30th (3.4)', () => {
    expect([spins(1), spins(2)]).toEqual([30, 29]);
    expect(spins(2, { seqnoUnchangedConst: 5 })).toBe(4);
  });

  it('only the representative keeps the token (8.31)', () => {
    const node = operational(2);
    for (let i = 0; i < 50; i++) expect(node.token({}).sentOf('orf_token')).toHaveLength(1);
  });

  it('asks for the token once when something new is to be said, and believes the token free', () => {
    const node = operational(2);
    for (let i = 0; i < 40; i++) node.token({});

    submit(node, 1);
    expect(node.sent.map(({ type }) => type)).toEqual(['token_hold_cancel']);
    submit(node, 1);
    expect(node.sent).toEqual([]);
    expect(node.step({ kind: 'new-message' }).sent).toEqual([]);
  });

  it('asks also where the layer above holds the message open', () => {
    const node = operational(2);
    for (let i = 0; i < 40; i++) node.token({});

    expect(node.step({ kind: 'new-message' }).sentOf('token_hold_cancel')).toMatchObject([
      { ringId: { rep: 1, seq: 8n } },
    ]);
  });

  it('the representative with something to say lets its own token go by its own cancel', () => {
    const node = operational(1);
    for (let i = 0; i < 40; i++) node.token({});
    const echo = submit(node, 1).effects.flatMap((effect) => (effect.kind === 'send-mcast' ? [effect.bytes] : []));
    expect(node.sentOf('orf_token')).toEqual([]);

    expect(node.hear(...echo).sentOf('orf_token')).toHaveLength(1);
    expect(seqs(node.token({}))).toEqual([1]);
  });

  it.each([
    [false, 0],
    [true, 1],
  ])('with cancel_token_hold_on_retransmit %s hands on %i of a held token with requests', (cancel, count) => {
    const node = operational(1, { cancelTokenHoldOnRetransmit: cancel }).tokenAfter(1, 1);
    for (let i = 0; i < 30; i++) node.token({ seq: 1 });

    expect(node.token({ seq: 1, rtr: [1] }).sentOf('orf_token')).toHaveLength(count);
  });
});
