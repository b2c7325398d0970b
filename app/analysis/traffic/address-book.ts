// Which node transmits from an address: asked by all that reads tokens, since an old token's header may name another.

export interface AddressBook {
  /** Node id of the address with this number; null if no node was heard there. */
  nodeAt(address: number): number | null;
}
