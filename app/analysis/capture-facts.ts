// What only the reading of the capture knows, for the analysis to take into account. Types only.
import type { SheepSigns } from '../store/tracks/sheep-signs.ts';
import type { Losses } from './losses.ts';
import type { Timers } from './report/conf.ts';

export interface CaptureFacts {
  readonly damage: { readonly kind: string; readonly at: number; readonly says: string } | null;
  /** What the capturing side dropped. */
  readonly losses: Losses;
  /** Frames that the snap length cut. */
  readonly cutFrames: number;
  /** The timers of a corosync.conf, where one was given; else they are told from the packets. */
  readonly timers?: Timers;
  /** Objects of a sheepdog store that answers on TCP told of, by the row of the first such answer. */
  readonly objects?: readonly { readonly oid: bigint; readonly row: number; readonly timeNs: number }[];
  /** What sheepdog's connections tell of the sheep behind them. */
  readonly sheepSigns?: SheepSigns;
  /** Names of addresses. */
  readonly names: ReadonlyMap<string, string>;
}
