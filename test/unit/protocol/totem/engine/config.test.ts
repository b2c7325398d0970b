// The effective configuration: Corosync's defaults, formulae and ranges (specs/totem.md 4.1, 4.2).
import { describe, expect, it } from 'vitest';
import { identityProblem, totemConfig, type TotemSettings } from '../../../../../protocol/totem/engine/config.ts';
import type { DialectOfEngine } from '../../../../../protocol/totem/engine/contract.ts';

function effective(settings: TotemSettings, nodes = 2, dialect?: DialectOfEngine) {
  const config = totemConfig(settings, nodes, dialect);
  if (!config.ok) throw new Error(config.problem);
  return config.value;
}

describe('the effective configuration', () => {
  it('is, by default, that of 3.1', () => {
    expect(effective({})).toEqual({
      token: 3000,
      tokenRetransmitsBeforeLossConst: 4,
      tokenRetransmit: 714,
      hold: 561,
      tokenWarning: 75,
      join: 50,
      sendJoin: 0,
      consensus: 3600,
      merge: 200,
      downcheck: 1000,
      failRecvConst: 2500,
      seqnoUnchangedConst: 30,
      heartbeatFailuresAllowed: 0,
      maxNetworkDelay: 50,
      windowSize: 50,
      maxMessages: 17,
      missCountConst: 5,
      netmtu: 1500,
      cancelTokenHoldOnRetransmit: false,
    });
  });

  it('is, for Corosync 1, that of 1.4: no coefficient, no warning', () => {
    expect(effective({}, 5, 'corosync-1')).toMatchObject({
      token: 1000,
      tokenRetransmit: 238,
      hold: 180,
      consensus: 1200,
      tokenWarning: 0,
    });
  });

  it.each([
    [1000, 2, 1000, 238, 180, 1200],
    [1000, 3, 1650, 392, 303, 1980],
    [3000, 2, 3000, 714, 561, 3600],
    [3000, 3, 3650, 869, 685, 4380],
    [1000, 5, 2950, 702, 551, 3540],
    [5000, 2, 5000, 1190, 942, 6000],
    [10_000, 1, 10_000, 2380, 1894, 12_000],
  ])(
    'token %i of %i nodes: %i, retransmit %i, hold %i, consensus %i (4.2)',
    (set, nodes, token, retransmit, hold, c) => {
      expect(effective({ token: set }, nodes)).toMatchObject({
        token,
        tokenRetransmit: retransmit,
        hold,
        consensus: c,
      });
    },
  );

  it('keeps what is set', () => {
    expect(effective({ token: 2000, tokenRetransmit: 300, consensus: 5000, tokenCoefficient: 0 }, 9)).toMatchObject({
      token: 2000,
      tokenRetransmit: 300,
      hold: 230,
      consensus: 5000,
    });
  });
});

describe('a configuration that cannot be', () => {
  it.each<[TotemSettings, string]>([
    [{ token: 29 }, 'token is 29: set it to a whole number from 30 to 86400000 ms, or leave it out.'],
    [{ token: 50 }, 'token_retransmit is 11: set it to a whole number from 30 to 86400000 ms, or leave it out.'],
    [{ join: 10 }, 'join is 10: set it to a whole number from 30 to 86400000 ms, or leave it out.'],
    [{ merge: 1.5 }, 'merge is 1.5: set it to a whole number from 30 to 86400000 ms, or leave it out.'],
    [{ windowSize: 0 }, 'window_size is 0: set it to a whole number from 1 to 8192, or leave it out.'],
    [{ tokenWarning: 101 }, 'token_warning is 101: set it to a whole number from 0 to 100 %, or leave it out.'],
    [{ tokenCoefficient: -1 }, 'token_coefficient is -1: set it to a whole number of ms, 0 to switch it off.'],
    [{ consensus: 3599 }, 'consensus 3599 ms is less than 1.2 × token 3000 ms: set it to 3600 or more.'],
    [{ join: 4000 }, 'consensus 3600 ms is less than join 4000 ms: leave join out.'],
    [{ tokenRetransmit: 3000 }, 'token_retransmit 3000 ms is not less than token 3000 ms: leave token_retransmit out.'],
    [{ hold: 714 }, 'hold 714 ms is not less than token_retransmit 714 ms: leave hold out.'],
    [{ maxMessages: 4000 }, 'max_messages 4000 is more than the 2974 that a queue holds: lower it.'],
  ])('%o is refused with the remedy', (settings, says) => {
    expect(totemConfig(settings, 2)).toEqual({ ok: false, problem: says });
  });
});

describe('an identity', () => {
  it.each([
    [{ nodeid: 7, ip: null }, 'corosync-3', null],
    [{ nodeid: 7, ip: '10.0.0.7' }, 'corosync-1', null],
    [{ nodeid: 0, ip: null }, 'corosync-3', 'Node id 0 is none: give the node a whole number from 1 to 4294967295.'],
    [
      { nodeid: 7, ip: null },
      'corosync-1',
      'Corosync 1 knows nodes by IPv4 address, and none is not one: give the node its address.',
    ],
    [
      { nodeid: 7, ip: '10.0.0.256' },
      'corosync-1',
      'Corosync 1 knows nodes by IPv4 address, and 10.0.0.256 is not one: give the node its address.',
    ],
  ] as const)('%o for %s: %s', (self, dialect, problem) => {
    expect(identityProblem(self, dialect)).toBe(problem);
  });
});
