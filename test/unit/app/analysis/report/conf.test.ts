// Effective timers, against the values that real daemons printed for these settings.
import { describe, expect, it } from 'vitest';
import { isCorosyncConf, timersOf } from '../../../../../app/analysis/report/conf.ts';

const conf = (token: string, nodes: number): string =>
  `totem {\n  version: 2\n  ${token}\n}\nnodelist {\n${'  node {\n    ring0_addr: 10.0.0.1\n  }\n'.repeat(nodes)}}\n`;

it('a corosync.conf is told from any other text', () => {
  expect(isCorosyncConf(conf('token: 1000', 2))).toBe(true);
  expect(isCorosyncConf('# Totem\n\ntotem: a ring { of nodes }\n')).toBe(false);
});

describe('timersOf', () => {
  it.each([
    ['token: 1000', 0, false, { token: 1000, tokenRetransmit: 238, hold: 180, consensus: 1200 }],
    ['token: 1000', 3, true, { token: 1650, tokenRetransmit: 392, hold: 303, consensus: 1980 }],
    ['', 2, true, { token: 3000, tokenRetransmit: 714, hold: 561, consensus: 3600 }],
    ['', 3, true, { token: 3650, tokenRetransmit: 869, hold: 685, consensus: 4380 }],
    ['token: 10000 # long', 0, false, { token: 10000, tokenRetransmit: 2380, hold: 1894, consensus: 12000 }],
  ])('%s with %i nodes', (token, nodes, isThree, expected) => {
    expect(timersOf(conf(token, nodes), isThree)).toMatchObject({ ...expected, nodes });
  });
});
