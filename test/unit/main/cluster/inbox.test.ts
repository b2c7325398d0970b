// One batch a turn, multicasts waited for, memory bounded (specs/totem.md 3.3 step 2).
import { describe, expect, it } from 'vitest';
import { createInbox, INBOX_OCTETS_MAX } from '../../../../main/node/cluster/inbox.ts';

const turn = (): Promise<void> => new Promise((done) => setImmediate(done));

function collect() {
  const batches: (readonly Uint8Array[])[] = [];
  const inbox = createInbox((batch) => batches.push(batch));
  return { inbox, batches };
}

describe('inbox', () => {
  it('hands on all that came in a turn as one batch, in order', async () => {
    const { inbox, batches } = collect();
    const [a, b] = [new Uint8Array([1]), new Uint8Array([2])];

    inbox.add(a, true);
    inbox.add(b, false);
    await turn();

    expect(batches).toEqual([[a, b]]);
  });

  it('waits another turn where so many multicasts came that more may be waiting behind the token', async () => {
    const { inbox, batches } = collect();

    for (let i = 0; i < 32; i++) inbox.add(new Uint8Array([i]), true);
    inbox.add(new Uint8Array([99]), false);
    await turn();
    const early = batches.length;
    inbox.add(new Uint8Array([32]), true);
    await turn();
    await turn();

    expect(early).toBe(0);
    expect(batches.map(({ length }) => length)).toEqual([34]);
  });

  it('waits for an unending flood only so long', async () => {
    const { inbox, batches } = collect();

    for (let turns = 0; turns < 20 && batches.length === 0; turns++) {
      for (let i = 0; i < 32; i++) inbox.add(new Uint8Array([i]), true);
      await turn();
    }

    expect(batches.length).toBeGreaterThan(0);
  });

  it('loses what it has no room for, and counts it', async () => {
    const { inbox, batches } = collect();
    const large = new Uint8Array(INBOX_OCTETS_MAX / 2 + 1);

    inbox.add(large, true);
    inbox.add(large, true);
    await turn();

    expect(inbox.lost()).toBe(1);
    expect(batches.map(([first, ...rest]) => [first === large, rest.length])).toEqual([[true, 0]]);
  });
});
