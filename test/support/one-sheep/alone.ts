// A process group of one: what a sheep says to its group comes back to it, in order. In the place of the ring, so that
// a sheep with its real store and TCP can run by itself.
import type { NodeInput } from '../../../protocol/node/contract.ts';
import { SheepHost, type SheepHostOptions } from '../../../main/node/sheep/sheep-host.ts';

export type AloneOptions = Pick<SheepHostOptions, 'behaviour' | 'ip' | 'port' | 'store' | 'isDurable' | 'onExit'>;

/** Of the ring that there is not. */
const NOWHERE = { ringId: { rep: 1, seq: 4n, ip: null }, seq: 1, to: [] };

export async function startAlone(options: AloneOptions): Promise<SheepHost> {
  const me = { nodeid: 1, pid: process.pid };
  const hear = (input: NodeInput): void => {
    if (input.kind === 'cpg-join')
      host.heard({
        kind: 'cpg-confchg',
        group: input.group,
        members: [me],
        left: [],
        joined: [{ ...me, reason: 'join' }],
        to: [],
      });
    else if (input.kind === 'cpg-mcast')
      host.heard({ kind: 'cpg-deliver', group: input.group, from: me, message: input.message, ...NOWHERE });
  };
  const node = { isReady: () => true, input: (input: NodeInput) => void setImmediate(() => hear(input)) };
  const host = await SheepHost.start({ ...options, ...me, zone: null, isDebug: false, node });
  return host;
}
