// The ten timers of totemsrp.c as one array of deadlines in µs. What a timer does is said where its state is; here only
// when. No clock: the host brings the time.
import { TIMER_NAMES, type TimerName } from './contract.ts';
import type { Machine } from './state.ts';

/** Places in TotemState.timers: the order in which deadlines that are due together fire. */
export const TIMER: { readonly [K in TimerName]: number } = Object.fromEntries(
  TIMER_NAMES.map((name, index) => [name, index]),
) as { readonly [K in TimerName]: number };

const NOT_ARMED = Infinity;
const MICROS_PER_MS = 1000;

export function timersAtRest(): number[] {
  return TIMER_NAMES.map(() => NOT_ARMED);
}

/** Arms or re-arms. */
export function arm(m: Machine, timer: number, ms: number): void {
  m.state.timers[timer] = m.now + ms * MICROS_PER_MS;
}

export function armMicros(m: Machine, timer: number, micros: number): void {
  m.state.timers[timer] = m.now + micros;
}

export function disarm(m: Machine, timer: number): void {
  m.state.timers[timer] = NOT_ARMED;
}

export function isArmed(m: Machine, timer: number): boolean {
  return m.state.timers[timer] !== NOT_ARMED;
}

/** The earliest deadline; Infinity where none is armed. */
export function earliest(timers: readonly number[]): number {
  let least = NOT_ARMED;
  for (let i = 0; i < timers.length; i++) if (timers[i]! < least) least = timers[i]!;
  return least;
}

/** Disarms and gives the timer that fires next at this time, or −1: by time, then in the order of their names. */
export function takeDue(m: Machine): number {
  const { timers } = m.state;
  const least = earliest(timers);
  if (least > m.now) return -1;
  const timer = timers.indexOf(least);
  timers[timer] = NOT_ARMED;
  return timer;
}

/** The token was accepted or its absence begins to count: token-loss timer, and the warning before it. */
export function restartTokenTimer(m: Machine): void {
  const { token, tokenWarning } = m.config;
  arm(m, TIMER.token, token);
  if (tokenWarning > 0) armMicros(m, TIMER['token-warning'], token * tokenWarning * (MICROS_PER_MS / 100));
}

export function cancelTokenTimer(m: Machine): void {
  disarm(m, TIMER.token);
  disarm(m, TIMER['token-warning']);
}

/** A number in [0, below) from the engine's own generator (a 32-bit counter, mixed), so that runs can be repeated. */
export function draw(m: Machine, below: number): number {
  const s = m.state;
  s.random = (s.random + 0x9e3779b9) >>> 0;
  let z = s.random;
  z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
  z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
  return ((z ^ (z >>> 16)) >>> 0) % below;
}
