// The contract of a node: a host of the Totem engine can host a node; what Totem asks of it is asked in the same words.
import { expectTypeOf, test } from 'vitest';
import type { NodeEffect, NodeInput } from '../../../../protocol/node/contract.ts';
import type { TotemEffect, TotemInput } from '../../../../protocol/totem/engine/contract.ts';

test('Totem’s own effects and inputs are the node’s as well', () => {
  type Own = 'persist-ring-id' | 'send-token' | 'send-mcast' | 'note';
  type Asked = 'datagrams' | 'deadline' | 'interface' | 'leave';

  expectTypeOf<Extract<NodeEffect, { kind: Own }>>().toEqualTypeOf<Extract<TotemEffect, { kind: Own }>>();
  expectTypeOf<Extract<NodeInput, { kind: Asked }>>().toEqualTypeOf<Extract<TotemInput, { kind: Asked }>>();
});
