// Units and identities as types, because all of them are numbers at run time. No behaviour.

export type Brand<T, Name extends string> = T & { readonly __brand: Name };

/** A node's number, u32. */
export type Nodeid = Brand<number, 'nodeid'>;
/** A u32 that rolls over: compare with seqLt() only. */
export type SeqNo = Brand<number, 'seqno'>;
/** Nanoseconds since the session's epochNs: exact below 104 days. */
export type CaptureNs = Brand<number, 'ns'>;
/** Index into the PacketStore, from 0; a frame number is row + 1. */
export type Row = Brand<number, 'row'>;
