// What the hosts of a Totem engine and of a whole node rely on: the same effects, and the order of timers.
import { describe, expect, it } from 'vitest';
import type { NodeEffect } from '../../../../../protocol/node/contract.ts';
import { TIMER_NAMES, type TotemEffect } from '../../../../../protocol/totem/engine/contract.ts';

/** What Totem asks of the host itself; `deliver` goes to the layer above. */
type OfTheHost = Exclude<TotemEffect, { readonly kind: 'deliver' }>;

describe('the contract', () => {
  it('hands the effects of Totem through a node as they are', () => {
    const through = (effect: OfTheHost): NodeEffect => effect;

    expect(through({ kind: 'persist-ring-id', seq: 5n })).toEqual({ kind: 'persist-ring-id', seq: 5n });
  });

  it('names every timer once', () => {
    expect(new Set(TIMER_NAMES).size).toBe(TIMER_NAMES.length);
  });
});
