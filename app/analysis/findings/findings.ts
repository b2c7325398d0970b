// All rules in their order, run over the conclusions; findings come out by time.
import type { Finding } from '../result.ts';
import { captureIncomplete } from './capture-incomplete.ts';
import { cleanLeave } from './clean-leave.ts';
import { malformedTraffic } from './malformed-traffic.ts';
import { ringFormed } from './ring-formed.ts';
import type { FindingContext, Rule } from './rule.ts';
import { tokenLoss } from './token-loss.ts';

export const RULES: readonly Rule[] = [tokenLoss, malformedTraffic, cleanLeave, ringFormed, captureIncomplete];

export function findingsOf(context: FindingContext): readonly Finding[] {
  return RULES.flatMap(({ run }) => run(context)).sort((a, b) => a.time - b.time);
}
