// One figure of npm run bench: what was measured, and the threshold that it should keep.
export interface Figure {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  readonly atLeast?: number;
  readonly atMost?: number;
}
