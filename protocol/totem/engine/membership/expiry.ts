// What each timer does in each state: the timer rows of the event table (specs/totem.md 2.3).
import { note, resendToken } from '../effects.ts';
import { TIMER_NAMES, type TimerName } from '../contract.ts';
import type { Machine } from '../state.ts';
import { arm, armMicros, TIMER } from '../timers.ts';
import { sendMergeDetect } from './events.ts';
import { announce, consensusExpired, enterGather, GATHER_FROM, sendJoinNow } from './gather.ts';
import { failRecovery } from './recovery.ts';

/** Timers whose expiry says nothing to people, or is said in another way. */
const SILENT: ReadonlySet<TimerName> = new Set(['pause', 'token-warning', 'join-jitter']);

export function expire(m: Machine, timer: number): void {
  const name = TIMER_NAMES[timer];
  if (name === undefined) return;
  if (!SILENT.has(name)) note(m, { kind: 'timer', timer: name });
  EXPIRIES[name](m);
}

const EXPIRIES: { readonly [K in TimerName]: (m: Machine) => void } = {
  pause: tickPause,
  token: tokenLost,
  heartbeat: tokenLost,
  'token-retransmit': retransmitToken,
  'token-hold': resendToken,
  'token-warning': warn,
  merge(m) {
    if (m.state.memberState === 'operational' && m.state.isRepresentative) sendMergeDetect(m);
  },
  join(m) {
    announce(m);
    arm(m, TIMER.join, m.config.join);
  },
  consensus: consensusExpired,
  'join-jitter'(m) {
    if (m.state.memberState === 'gather') sendJoinNow(m);
  },
};

/** Ticks at every fifth of token. A tick later than half of token says that the process was not scheduled. */
export function tickPause(m: Machine): void {
  const s = m.state;
  const since = m.now - s.pauseTick;
  s.pausedFor = since > pauseLimitMicros(m) ? since : 0;
  s.pauseTick = m.now;
  armMicros(m, TIMER.pause, Math.floor((m.config.token * 1000) / 5));
}

export const pauseLimitMicros = (m: Machine): number => (m.config.token * 1000) / 2;

function tokenLost(m: Machine): void {
  const { counters, memberState } = m.state;
  switch (memberState) {
    case 'operational':
      enterGather(m, GATHER_FROM.TOKEN_LOST_IN_OPERATIONAL);
      counters.operational_token_lost++;
      return;
    case 'gather':
      consensusExpired(m);
      enterGather(m, GATHER_FROM.CONSENSUS_TIMEOUT_EXPIRED);
      counters.gather_token_lost++;
      return;
    case 'commit':
      enterGather(m, GATHER_FROM.TOKEN_LOST_IN_COMMIT);
      counters.commit_token_lost++;
      return;
    case 'recovery':
      failRecovery(m);
  }
}

function retransmitToken(m: Machine): void {
  if (m.state.memberState === 'gather') return;
  resendToken(m);
  arm(m, TIMER['token-retransmit'], m.config.tokenRetransmit);
}

/** "Token has not been received in N ms", and again until it comes or is given up. */
function warn(m: Machine): void {
  const { token, tokenWarning } = m.config;
  const { lastTokenRx } = m.state;
  note(m, { kind: 'token-warning', sinceMs: Math.floor((m.now - lastTokenRx) / 1000) });
  armMicros(m, TIMER['token-warning'], token * tokenWarning * 10);
}
