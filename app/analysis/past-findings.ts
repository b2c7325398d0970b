// Findings whose packets have left memory: they stay said. What an ongoing capture shows later is joined to them.
import type { Finding } from './result.ts';

/** Findings kept of packets that have left memory; the oldest go first. */
export const PAST_FINDINGS_MAX = 5000;

const framesOf = ({ evidence }: Finding): number => evidence.reduce((sum, { frames }) => sum + frames.length, 0);

export class PastFindings {
  private readonly byId = new Map<string, Finding>();

  /** Keeps the findings that had ended when the first packet came that is still in memory. */
  keep(findings: readonly Finding[], firstNs: number): void {
    for (const finding of findings)
      if ((finding.until ?? finding.time) < firstNs && framesOf(finding) > 0) this.byId.set(finding.id, finding);
    for (const oldest of this.byId.keys()) {
      if (this.byId.size <= PAST_FINDINGS_MAX) break;
      this.byId.delete(oldest);
    }
  }

  /** Those found now and those of the past by time; of two that are the same the one with more proof. */
  joined(now: readonly Finding[]): readonly Finding[] {
    if (this.byId.size === 0) return now;
    const all = new Map(this.byId);
    for (const finding of now) {
      const past = all.get(finding.id);
      if (past === undefined || framesOf(finding) >= framesOf(past)) all.set(finding.id, finding);
    }
    return [...all.values()].sort((a, b) => a.time - b.time);
  }
}
