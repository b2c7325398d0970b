// The event table of specs/totem.md 2.3: every row that can be reached in a state has a scenario that shows it there,
// and every scenario of the folder is named here and cites the section.
import { describe, expect, it } from 'vitest';
import { scenarioNames, scenarioText } from './support/notebook.ts';

const STATES = ['operational', 'gather', 'commit', 'recovery'] as const;

/** Scenarios by state; null where the table says that the row cannot be there, or that nothing can come of it. */
type Row = readonly [event: string, ...shown: (string | null)[]];

const TABLE: readonly Row[] = [
  ['ORF token', 'operational-token', 'gather-token', 'commit-token', 'recovery-commit'],
  [
    'ORF token of another ring',
    'operational-foreign-token',
    'gather-foreign-token',
    'commit-foreign-token',
    'recovery-foreign-token',
  ],
  // Nobody can speak on a ring between COMMIT and RECOVERY.
  ['MCAST of the ring', 'operational-mcast', 'gather-mcast', null, '../recovery'],
  ['MCAST of a stranger', 'operational-foreign-mcast', 'gather-foreign-mcast', 'commit-foreign', 'recovery-foreign'],
  // Nobody asks for merging before a ring is installed.
  ['MERGE_DETECT of the ring', 'own-merge', 'own-merge', null, null],
  ['MERGE_DETECT of a stranger', 'operational-merge', 'gather-merge', 'commit-foreign', 'recovery-foreign'],
  ['JOIN', 'operational-join', 'gather-join', 'commit-join', 'recovery-join'],
  // In GATHER every join is heard; a join from before the ring stands in commit-join too.
  ['JOIN that is ignored', 'operational-join-accused', null, 'commit-join', 'recovery-join'],
  ['LEAVE', 'operational-leave', 'gather-leave', 'commit-leave', 'recovery-leave'],
  ['COMMIT token', 'operational-commit', 'gather-commit', 'commit-token', 'recovery-commit'],
  [
    'HOLD_CANCEL of the ring and of another',
    'operational-hold-cancel',
    'gather-hold-cancel',
    'commit-hold-cancel',
    'recovery-hold-cancel',
  ],
  ['token-loss timer', 'operational-token-loss', 'gather-agreed-no-commit', 'commit-token-loss', 'recovery-token-loss'],
  ['token-retransmit timer', 'operational-token-loss', null, 'commit-token-loss', 'recovery-token-loss'],
  ['token-hold timer', 'operational-timers', null, null, null],
  ['join timer', null, 'gather-join-timer', null, null],
  ['consensus timer', null, 'gather-consensus', null, null],
  ['merge timer', 'operational-timers', null, null, null],
  ['heartbeat timer', 'operational-heartbeat', null, null, null],
  ['token-warning timer', 'operational-token-loss', null, null, null],
  ['interface up', 'operational-interface', 'gather-interface', 'interface-anywhere', 'interface-anywhere'],
  ['shutdown', 'operational-leave', 'shutdown-anywhere', 'shutdown-anywhere', 'recovery-leave'],
  ['pause flush', 'pause-flush', null, null, null],
  ['token flush', 'token-flush', null, null, null],
];

/** Shown beside a row: variants of it. */
const VARIANTS = ['operational-join-accused-1', 'operational-join-known'];

const nameOf = (shown: string): string => (shown.startsWith('../') ? shown.slice(3) : `state-table/${shown}`);

describe('the event table', () => {
  const cells = TABLE.flatMap(([event, ...shown]) =>
    shown.flatMap((name, i) => (name === null ? [] : [[event, STATES[i] ?? '', nameOf(name)] as const])),
  );

  it.each(cells)('%s in %s: %s', (_event, state, name) => {
    const [head = ''] = scenarioText(name).split('\ncluster ');

    expect(scenarioNames()).toContain(name);
    expect(head).toMatch(/specs\/totem\.md (2|3)\.\d/);
    const isOfState = name.includes('/') && !/anywhere|flush|own-merge/.test(name);
    expect(!isOfState || head.toLowerCase().includes(state) || name.includes(state)).toBe(true);
  });

  it('has no scenario that is of no row', () => {
    const named = new Set([...cells.map(([, , name]) => name), ...VARIANTS.map(nameOf)]);

    expect(scenarioNames('state-table').filter((name) => !named.has(name))).toEqual([]);
  });
});
