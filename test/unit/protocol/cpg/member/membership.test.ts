// Who is in which group after a change of the ring: the choice of downlists of Corosync 1.4.10, lists of processes, and
// those that nobody lists any more (specs/totem.md 5.5).
import { describe, expect, test } from 'vitest';
import { chooseDownlist, CpgMembership, type Downlist } from '../../../../../protocol/cpg/member/membership.ts';
import { PROCESSES_MAX, ProcessTable } from '../../../../../protocol/cpg/member/processes.ts';

const lists = (...entries: readonly (readonly [sender: number, list: Downlist])[]): ReadonlyMap<number, Downlist> =>
  new Map(entries);
const list = (oldMembers: number, ...left: readonly number[]): Downlist => ({ oldMembers, left });

describe('the downlist that decides', () => {
  test.each([
    ['the only one', lists([2, list(3, 3)]), [3]],
    ['of the larger part that is left', lists([1, list(2, 9)], [2, list(4, 8)]), [8]],
    ['of equal parts, of the larger ring before', lists([1, list(2)], [2, list(3, 8)]), [8]],
    ['of equal ones, of the lowest sender', lists([3, list(2, 8)], [1, list(2, 9)], [2, list(2, 7)]), [9]],
    ['never one that counts this node among the dead', lists([2, list(9, 1)], [3, list(2, 4)]), [4]],
  ])('%s', (_what, downlists, left) => {
    expect(chooseDownlist(downlists, 1)?.left).toEqual(left);
  });

  test('none, where all count this node among the dead, or none came', () => {
    expect([chooseDownlist(lists([2, list(3, 1)]), 1), chooseDownlist(lists(), 1)]).toEqual([null, null]);
  });
});

describe.each(['corosync-1', 'corosync-3'] as const)('%s', (dialect) => {
  function membership(): { table: ProcessTable; cpg: CpgMembership; told: string[]; activate: () => number } {
    const table = new ProcessTable();
    const cpg = new CpgMembership(dialect, 1, table);
    const told: string[] = [];
    const named = (processes: readonly { nodeid: number; pid: number; reason: string }[]): string =>
      processes.map(({ nodeid, pid, reason }) => `${nodeid}.${pid} ${reason}`).join(', ');
    const activate = (): number =>
      cpg.activate(({ group, left, joined }) => {
        told.push(`${group} (${table.members(group).length}) ${named(left)}${named(joined)}`);
      });
    return { table, cpg, told, activate };
  }

  test('processes of others that their node does not list are dead, own ones are not', () => {
    const { table, cpg, told, activate } = membership();
    for (const nodeid of [1, 2, 3]) for (const pid of [7, 8]) table.join('g', { nodeid, pid });
    cpg.start([1, 2, 3], [1, 2, 3]);
    cpg.addJoinlist(2, [{ group: 'g', pid: 8 }]);
    cpg.addJoinlist(3, [
      { group: 'g', pid: 7 },
      { group: 'g', pid: 8 },
    ]);
    activate();

    expect(told).toEqual(['g (5) 2.7 procdown']);
    expect(table.members('g').map(({ nodeid, pid }) => `${nodeid}.${pid}`)).toEqual([
      '1.7',
      '1.8',
      '2.8',
      '3.7',
      '3.8',
    ]);
  });

  test('a node that is lost and comes back before it was told is down and up', () => {
    const { table, cpg, told, activate } = membership();
    cpg.start([1], [1, 2]);
    activate();
    table.join('g', { nodeid: 2, pid: 7 });
    cpg.start([1], [1]);
    expect(cpg.ownDownlist()).toEqual({ oldMembers: 2, left: [2] });
    // Its process died with it and another one has its number.
    cpg.start([1], [1, 2]);
    expect(cpg.ownDownlist()).toEqual({ oldMembers: 2, left: [2] });
    // It comes along to the next ring, which is the first to synchronise.
    cpg.start([1, 2], [1, 2]);
    expect(cpg.ownDownlist()).toEqual({ oldMembers: 2, left: [2] });
    cpg.addDownlist(1, cpg.ownDownlist());
    cpg.addDownlist(2, list(1));
    cpg.addJoinlist(2, [{ group: 'g', pid: 7 }]);
    activate();

    // Corosync 1.4 believes the larger part that is left, here of equal ones the larger ring before.
    expect(told).toEqual(['g (0) 2.7 nodedown', 'g (1) 2.7 nodeup']);
    expect(cpg.ownDownlist()).toEqual({ oldMembers: 2, left: [] });
  });

  test('processes beyond those remembered are left out, and that is said', () => {
    const { cpg, table, activate } = membership();
    cpg.start([1], [1, 2, 3]);
    const many = Array.from({ length: PROCESSES_MAX - 1 }, (_, pid) => ({ group: `g${pid % 500}`, pid }));
    expect(cpg.addJoinlist(2, many)).toBe(true);
    expect(cpg.addJoinlist(3, many.slice(0, 2))).toBe(false);
    table.join('own', { nodeid: 1, pid: 1 });

    expect(activate()).toBe(1);
    expect(table.join('more', { nodeid: 9, pid: 1 })).toBe('full');
  });
});
