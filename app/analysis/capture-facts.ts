// What only the reading of the capture knows, for the analysis to take into account. Types only.

export interface CaptureFacts {
  readonly damage: { readonly kind: string; readonly at: number; readonly says: string } | null;
  /** Packets that the capturing side says it dropped. */
  readonly dropped: number;
  /** Frames that the snap length cut. */
  readonly cutFrames: number;
  /** Names of addresses. */
  readonly names: ReadonlyMap<string, string>;
}
