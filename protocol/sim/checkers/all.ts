// The checkers, and which of them watch which stack.
import type { Stack } from '../program.ts';
import type { World } from '../world/world.ts';
import { AgreedOrder } from './agreed-order.ts';
import { Configurations } from './configurations.ts';
import { Consensus } from './consensus.ts';
import type { Checker } from './watching/facts.ts';
import { GroupMembers } from './group-members.ts';
import { GroupOrder } from './group-order.ts';
import { KeptMessages } from './kept-messages.ts';
import { Receiver, Receptions } from './watching/receptions.ts';
import { RingIds } from './ring-ids.ts';
import { SafeDelivery } from './safe-delivery.ts';
import { SelfDelivery } from './self-delivery.ts';
import { Tokens } from './token.ts';
import { VirtualSynchrony } from './virtual-synchrony.ts';
import { Watch, type CheckerContext } from './watching/watch.ts';

/** No process crashes: engines assert their own invariants. */
function crashes({ report }: CheckerContext): Checker {
  return {
    name: 'crash',
    died(node, at, how, says) {
      if (how === 'crashed') report(at, `node ${node.spec.number} crashed: ${says}`);
    },
  };
}

/** Puts every checker that fits its stack beside a world. */
export function watchAll(world: World): Watch {
  const { stack }: { readonly stack: Stack } = world.options;
  let receptions: Receptions | null = null;
  const shared = (context: CheckerContext): Receptions => (receptions ??= new Receptions(context));
  const watch = new Watch(world, [
    ['receptions', (context) => new Receiver(shared(context))],
    ['crash', crashes],
    ['agreed order', (context) => new AgreedOrder(context)],
    ['self-delivery', (context) => new SelfDelivery(context)],
    ['configurations', (context) => new Configurations(context)],
    ['virtual synchrony', (context) => new VirtualSynchrony(context)],
    ['token', (context) => new Tokens(context, shared(context))],
    ['kept messages', (context) => new KeptMessages(context)],
    ['ring ids', (context) => new RingIds(context)],
    ['consensus', (context) => new Consensus(context)],
    ['safe delivery', (context) => new SafeDelivery(context, shared(context))],
    ...(stack === 'node'
      ? ([
          ['group order', (context: CheckerContext) => new GroupOrder(context)],
          ['group members', (context: CheckerContext) => new GroupMembers(context)],
        ] as const)
      : []),
  ]);
  world.watch(watch);
  return watch;
}
