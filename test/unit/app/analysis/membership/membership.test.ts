// The membership analysis on scripted traffic: what captures of real rings hold only in part.
import { describe, expect, it } from 'vitest';
import { GROUP, ring, Stage } from './stage.ts';

/** Three nodes on ring 1:9, formed in view. */
function ringOfThree(): Stage {
  const stage = new Stage();
  stage.join(0, 1, [1], [], 1).join(0.1, 2, [2], [], 1).join(0.2, 3, [3], [], 1);
  stage.join(0.3, 1, [1, 2], [], 5).join(0.4, 1, [1, 2, 3], [], 5);
  stage.join(0.5, 2, [1, 2, 3], [], 5).join(0.6, 3, [1, 2, 3], [], 5);
  return stage.form(1, ring(1, 9), [1, 2, 3], [ring(1, 5), ring(2, 5), ring(3, 5)]);
}

describe('what a cut link held back', () => {
  /** Nodes 1 and 3 lose node 2; then its joins of that time leave at once, one destination after the other. */
  function cut(): Stage {
    const stage = ringOfThree();
    for (let ms = 1000; ms < 1500; ms += 50)
      for (const from of [1, 3]) for (const to of [2, from === 1 ? 3 : 1]) stage.join(ms, from, [1, 2, 3], [], 9, to);
    for (const to of [1, 3]) for (let i = 0; i < 10; i++) stage.join(2000 + to + i * 0.002, 2, [1, 2, 3], [], 9, to);
    return stage;
  }

  it('is one entry and its repetitions, not an entry each', () => {
    const stage = cut();
    expect(stage.counter(2, 'memb_join_tx')).toBe(12);
    // The first of them when the ring was formed.
    expect(stage.story.filter((line) => line.startsWith('2 operational>gather'))).toHaveLength(2);
    expect(stage.story.filter((line) => line.startsWith('2 gather>gather'))).toEqual([]);
  });

  it('does not take a node back to a ring that it has left', () => {
    const stage = cut();
    stage.join(2100, 2, [1, 2, 3], [], 21, 1).join(2101, 2, [1, 2, 3], [1], 9, 3);
    expect(stage.story.filter((line) => line.startsWith('2 ')).at(-1)).not.toContain('gather>gather');
  });
});

describe('formation', () => {
  it('takes each node through commit, recovery and operational, in ring order', () => {
    const stage = ringOfThree();
    expect(stage.story.slice(-9)).toEqual([
      '1 gather>commit',
      '2 gather>commit',
      '3 gather>commit',
      '1 commit>recovery',
      '2 commit>recovery',
      '3 commit>recovery',
      '2 recovery>operational',
      '3 recovery>operational',
      '1 recovery>operational',
    ]);
    const [history] = stage.analysis.finish().rings;
    expect(history).toMatchObject({ id: '1:9', rep: 1, seq: 9n, members: [1, 2, 3], cause: 'start', tokens: 18 });
    expect([...(history?.origins ?? [])]).toEqual([
      [1, '1:5'],
      [2, '2:5'],
      [3, '3:5'],
    ]);
  });

  it('counts the rings of one that the ring sequence numbers prove, and does not invent their transitions', () => {
    const stage = ringOfThree();
    expect(stage.story.filter((line) => line.endsWith('>operational'))).toHaveLength(3);
    expect(stage.counter(1, 'commit_entered')).toBe(2);
    expect(stage.counter(1, 'memb_commit_token_tx')).toBe(4);
    // 2 was heard with its first ring seq only until it joined: it was alone on 2:5 as well.
    expect(stage.counter(2, 'operational_entered')).toBe(2);
    expect(stage.counter(1, 'orf_token_rx')).toBeNull();
  });

  it('knows the state before a change only where it was shown', () => {
    const stage = new Stage();
    stage.join(0, 9, [9], [], 1).join(400, 4, [3, 4], [], 8);
    expect(stage.story).toEqual(['9 null>gather 15', '4 null>gather']);
    expect(stage.analysis.finish().transitions[1]).toMatchObject({ certainty: 'hint', gatherFrom: null });
  });

  it('does not take a join that may be repeated for an entry when the capture has just begun', () => {
    const stage = new Stage();
    stage.join(0, 4, [3, 4], [], 8).join(20, 3, [3, 4], [], 8).join(70, 3, [3, 4], [], 8);
    expect(stage.story).toEqual([]);
    stage.form(80, ring(3, 12), [3, 4], [ring(3, 8), ring(3, 8)]);
    expect(stage.story[0]).toBe('3 gather>commit');
  });
});

describe('vantage points', () => {
  const old = [ring(1, 5), ring(2, 5), ring(3, 5)];

  it('implies what a node cannot see between two others, and says that it is likely', () => {
    const stage = new Stage();
    for (const id of [1, 2, 3]) stage.join(id * 0.1, id, [id], [], 5);
    stage.form(1, ring(1, 9), [1, 2, 3], old, (from, to) => from === 2 || to === 2);
    const { transitions } = stage.analysis.finish();
    const of = (nodeid: number): readonly string[] =>
      transitions.filter((t) => t.nodeid === nodeid).map((t) => `${t.to} ${t.certainty}`);
    expect(of(2).slice(1)).toEqual(['commit certain', 'recovery certain', 'operational certain']);
    expect(of(3).slice(1)).toEqual(['commit likely', 'recovery likely', 'operational likely']);
    expect(stage.counter(3, 'orf_token_rx')).toBe(6);
    expect(stage.counter(1, 'orf_token_rx')).toBeNull();
  });

  it('takes a first message of its own as proof that a node is operational', () => {
    const stage = new Stage();
    for (const id of [1, 2, 3]) stage.join(id * 0.1, id, [id], [], 5);
    for (let i = 0; i < 6; i++)
      stage.commit(1 + i * 0.1, (i % 3) + 1, ((i + 1) % 3) + 1, ring(1, 9), [1, 2, 3], i + 1, old);
    stage.mcast(3, 2, ring(1, 9), 1, 0);
    expect(stage.story.at(-1)).toBe('2 recovery>operational');
  });

  it('orders the members of a ring that only turns by its hops', () => {
    const stage = new Stage();
    stage.turn(0, ring(1, 9), [1, 3, 2], 500, 7);
    const { rings, transitions } = stage.analysis.finish();
    expect(rings).toMatchObject([{ id: '1:9', members: [1, 3, 2], committed: null, cause: 'unknown', tokens: 7 }]);
    expect(transitions).toEqual([]);
  });

  it('does not follow rings of one by their merge detections', () => {
    const stage = new Stage();
    stage.join(0, 7, [7], [], 1).merge(300, 7, ring(7, 5));
    expect(stage.analysis.finish().rings).toEqual([]);
    expect(stage.story).toEqual(['7 null>gather 15']);
    expect(stage.counter(7, 'operational_entered')).toBe(1);
  });
});

describe('losses', () => {
  /** The ring turns at 100 ms; the last token goes 2 > 3, then silence. */
  function losing(): Stage {
    return ringOfThree().turn(100, ring(1, 9), [1, 2, 3], 18, 5);
  }

  it('tells the lost token from the joins that it draws', () => {
    const stage = losing().join(1100, 1, [1, 2, 3], [], 9).join(1100.1, 2, [1, 2, 3], [], 9);
    expect(stage.gathers(1).at(-1)).toBe(2);
    expect(stage.gathers(2).at(-1)).toBe(12);
    expect(stage.analysis.finish().transitions.at(-2)?.says).toBe(
      'Node 1 lost the token (no token for 1.00 s): gathering',
    );
  });

  it('takes repeated joins for the join timer, whenever it is late', () => {
    const stage = losing().join(1100, 1, [1, 2, 3], [], 9);
    for (let i = 1; i < 20; i++) stage.join(1100 + i * 59, 1, [1, 2, 3], [], 9);
    expect(stage.gathers(1)).toHaveLength(4);
    expect(stage.counter(1, 'memb_join_tx')).toBe(23);
  });

  it('reads consensus timeouts, and the answers to them', () => {
    const stage = losing().join(1100, 1, [1, 2, 3], [], 9).join(1100.1, 2, [1, 2, 3], [], 9);
    stage.join(2300, 1, [1, 2, 3], [3], 9).join(2300.15, 2, [1, 2, 3], [3], 9);
    expect(stage.gathers(1).at(-1)).toBe(0);
    expect(stage.gathers(2).at(-1)).toBe(11);
    stage.form(2301, ring(1, 13), [1, 2], [ring(1, 9), ring(1, 9)]);
    expect(stage.analysis.finish().rings.at(-1)).toMatchObject({ id: '1:13', cause: 'token-loss', members: [1, 2] });
    expect(stage.counter(1, 'consensus_timeouts')).toBe(1);
    expect(stage.counter(2, 'consensus_timeouts')).toBe(0);
  });

  it('reads attempts that stop at a node that cannot be sent the commit token', () => {
    const stage = ringOfThree().join(100, 9, [9], [], 3);
    for (const id of [1, 2, 3]) stage.join(100.1 + id / 100, id, [1, 2, 3, 9], [], 9);
    stage.join(100.3, 9, [1, 2, 3, 9], [], 3);
    const old = [ring(1, 9), ring(1, 9), ring(1, 9)];
    const members = [1, 2, 3, 9];
    const attempt = (ms: number, id: number, next: number): Stage => {
      for (let i = 0; i < 3; i++)
        stage.commit(ms + i * 0.1, i + 1, members[i + 1] ?? 0, ring(1, id), members, i + 1, old);
      stage
        .join(ms + 1650, 1, members, [], next)
        .join(ms + 1650.1, 2, members, [], next)
        .join(ms + 1650.2, 3, members, [], next);
      return stage;
    };
    attempt(101, 13, 13);
    attempt(1801, 17, 17);
    expect(stage.gathers(1).slice(-2)).toEqual([4, 4]);
    expect(stage.gathers(3).slice(-2)).toEqual([13, 13]);
    expect(stage.counter(1, 'commit_token_lost')).toBe(2);
    expect(stage.analysis.finish().rings.slice(1)).toMatchObject([
      { id: '1:13', firstToken: null, cause: 'join' },
      { id: '1:17', firstToken: null, cause: 'join' },
    ]);
  });

  it('reads three entries for one join that breaks a recovery', () => {
    const stage = ringOfThree().join(100, 4, [4], [], 1);
    for (const id of [1, 2, 3]) stage.join(100.1 + id / 100, id, [1, 2, 3, 4], [], 9);
    const old = [ring(1, 9), ring(1, 9), ring(1, 9), ring(4, 5)];
    for (let i = 0; i < 8; i++)
      stage.commit(101 + i * 0.1, (i % 4) + 1, ((i + 1) % 4) + 1, ring(1, 13), [1, 2, 3, 4], i + 1, old);
    stage.join(102, 2, [1, 2, 3, 4, 5], [], 13);
    for (const at of [102.1, 102.12, 102.14]) stage.join(at, 3, [1, 2, 3, 4, 5], [], 13);
    expect(stage.gathers(3).slice(-3)).toEqual([11, 5, 14]);
    expect(stage.counter(3, 'recovery_token_lost')).toBe(1);
  });
});

describe('others', () => {
  it('tells merge detections and mcasts of other rings apart, and names who was heard', () => {
    const stage = ringOfThree().join(50, 8, [8], [], 3).merge(200, 8, ring(8, 7)).join(200.1, 1, [1, 2, 3, 8], [], 9);
    expect(stage.gathers(1).at(-1)).toBe(9);
    expect(stage.analysis.finish().transitions.at(-1)?.says).toBe(
      'Node 1 heard the merge detection of node 8 from another ring: gathering',
    );
    const second = ringOfThree()
      .join(50, 8, [8], [], 3)
      .mcast(200, 8, ring(8, 7), 1, 0)
      .join(200.1, 1, [1, 2, 3, 8], [], 9);
    expect(second.gathers(1).at(-1)).toBe(7);
  });

  it('reads a clean leave and a new process under the same id', () => {
    const stage = ringOfThree()
      .leave(100, 3, [1, 2], 9)
      .join(100.1, 1, [1, 2, 3], [3], 9)
      .join(100.2, 2, [1, 2, 3], [3], 9);
    expect(stage.analysis.finish().transitions.at(-1)?.says).toBe('Node 2 heard that node 3 leaves: gathering');
    stage.form(101, ring(1, 13), [1, 2], [ring(1, 9), ring(1, 9)]);
    expect(stage.analysis.finish().rings.at(-1)?.cause).toBe('leave');
    expect(stage.counter(3, 'gather_entered')).toBe(2);
    stage.join(5000, 3, [3], [], 10);
    expect(stage.gathers(3).at(-1)).toBe(15);
    expect(stage.counter(3, 'gather_entered')).toBe(1);
    expect(stage.counter(3, 'memb_join_rx')).toBe(1);
  });

  it('counts one entry for each join of a stranger that gives nodes up', () => {
    const stage = ringOfThree().join(100, 2, [1, 2, 3], [2], 9);
    stage.join(100.1, 1, [1, 2, 3], [2], 9).join(100.2, 3, [1, 2, 3], [2], 9);
    stage.form(101, ring(1, 13), [1, 3], [ring(1, 9), ring(1, 9)]);
    stage.join(150, 2, [1, 2, 3], [2], 9).join(150.1, 1, [1, 2, 3], [], 13);
    const before = stage.gathers(1).length;
    // Its own timer's join, then the one that answers.
    stage.join(200, 2, [1, 2, 3], [2], 9).join(200.1, 1, [1, 2, 3], [], 13).join(200.13, 1, [1, 2, 3], [], 13);
    stage.join(250, 2, [1, 2, 3], [2], 9).join(250.1, 1, [1, 2, 3], [], 13);
    expect(stage.gathers(1).length - before).toBe(2);
    expect(stage.gathers(1).slice(-3)).toEqual([11, 11, 11]);
    expect(stage.gathers(2).at(-1)).toBe(6);
  });

  it('is blind to what happened on the other side of a partition', () => {
    const stage = ringOfThree().merge(100, 1, ring(1, 9)).merge(9000, 3, ring(3, 13)).join(9000.1, 1, [1, 2, 3], [], 9);
    expect(stage.counter(3, 'gather_entered')).toBeNull();
    expect(stage.counter(1, 'gather_entered')).toBe(4);
  });

  it('says nothing of what a node received that was stopped while others joined', () => {
    const stage = ringOfThree().turn(100, ring(1, 9), [1, 2, 3], 18, 4);
    for (let i = 0; i < 30; i++) stage.join(1100 + i * 50, 1, [1, 2, 3], [], 9);
    stage.join(2600, 2, [1, 2, 3], [], 9);
    expect(stage.counter(2, 'memb_join_rx')).toBeNull();
    expect(stage.counter(1, 'memb_join_rx')).toBe(38);
  });
});

describe('copies', () => {
  it('counts a multicast once for its sender and once for each receiver over udpu and knet', () => {
    const stage = new Stage();
    for (const to of [2, 3]) stage.join(0, 1, [1], [], 1, to);
    for (const to of [1, 3]) stage.join(0.1, 2, [2, 1], [], 1, to);
    for (const to of [2, 3]) stage.merge(400, 1, ring(1, 9), to);
    expect(stage.counter(1, 'memb_join_tx')).toBe(1);
    // Its own, looped, and the one of 2.
    expect(stage.counter(1, 'memb_join_rx')).toBe(2);
    expect(stage.counter(1, 'memb_merge_detect_tx')).toBe(1);
    expect(stage.counter(2, 'memb_merge_detect_rx')).toBe(1);
    expect(stage.gathers(1)).toEqual([15]);
  });

  it('tells copies from re-entries that send the same lists at once', () => {
    const stage = new Stage();
    stage.join(0, 1, [1, 2, 3], [], 5, 2).join(0.01, 1, [1, 2, 3], [], 5, 2).join(0.02, 1, [1, 2, 3], [], 5, 3);
    stage.join(0.03, 1, [1, 2, 3], [], 5, 3);
    expect(stage.counter(1, 'memb_join_tx')).toBe(2);
  });

  it('knows a retransmission by its sender, and one of a message that was never seen by the request', () => {
    const stage = ringOfThree()
      .mcast(100, 2, ring(1, 9), 1, 0)
      .mcast(101, 2, ring(1, 9), 1, 0, 3, 4 | 1024);
    stage.token(102, 1, 2, ring(1, 9), 18, { seq: 2, aru: 1, rtr: [2] }).mcast(102.1, 2, ring(1, 9), 2, 1);
    expect(stage.counter(3, 'mcast_retx')).toBe(1);
    expect(stage.counter(2, 'mcast_retx')).toBe(1);
    expect(stage.counter(2, 'mcast_tx')).toBe(2);
  });

  it('hears groups from every node that is there', () => {
    const stage = new Stage();
    stage.join(0, 1, [1], [], 1, GROUP).join(1, 2, [2], [], 1, GROUP);
    expect(stage.counter(1, 'memb_join_rx')).toBe(2);
    expect(stage.counter(2, 'memb_join_rx')).toBe(1);
  });
});
