// What the page and the worker of a virtual lab say to each other. Types only.
import type { LabOptions, LabReply, LabSnapshot } from '../../../app/lab/lab-view.ts';

export type ToVirtual =
  /** Its capture streams over the port, which is transferred with this. */
  | { readonly kind: 'open'; readonly options: LabOptions; readonly port: MessagePort }
  | { readonly kind: 'line'; readonly id: number; readonly line: string }
  /** All that was captured, as a file. */
  | { readonly kind: 'whole'; readonly id: number }
  | { readonly kind: 'end' };

export type FromVirtual =
  /** Null, or what is wrong with the options. */
  | { readonly kind: 'opened'; readonly problem: string | null }
  | { readonly kind: 'snapshot'; readonly snapshot: LabSnapshot }
  | { readonly kind: 'reply'; readonly id: number; readonly reply: LabReply }
  | { readonly kind: 'bytes'; readonly id: number; readonly bytes: Uint8Array };
