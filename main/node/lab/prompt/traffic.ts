// The prompt's word `traffic`: one node says messages to a group of which all nodes are members.
import { fail, ok, type Result } from '../../../../protocol/base/result.ts';
import type { LabCluster } from '../lab-cluster.ts';
import type { FindNode } from './faults.ts';

const GROUP = 'traffic';
const LIMITS = { size: 1 << 20, rate: 1_000_000, seconds: 3600 } as const;
const USUAL = { size: 100, rate: 10, seconds: 10 };

/** What it does, in a sentence; or what is wrong. */
export function startTraffic(cluster: LabCluster, text: string, find: FindNode): Result<string, string> {
  const [name = '', ...settings] = text.trim().split(/\s+/);
  const node = find(name);
  if (node === null) return fail('traffic wants a node: traffic 1 size=1000 rate=100 seconds=5');
  const load: { -readonly [K in keyof typeof USUAL]: number } = { ...USUAL };
  for (const setting of settings) {
    const [key = '', value = ''] = setting.split('=');
    if (key !== 'size' && key !== 'rate' && key !== 'seconds')
      return fail(`"${setting}": size=, rate= and seconds= are known`);
    const amount = Number(value);
    if (!Number.isSafeInteger(amount) || amount < (key === 'rate' ? 0 : 1) || amount > LIMITS[key])
      return fail(`"${setting}": ${key} is a whole number up to ${LIMITS[key]}`);
    load[key] = amount;
  }
  const begun = cluster.load(node, GROUP, load);
  if (!begun.ok) return begun;
  const rate = load.rate === 0 ? 'as fast as it goes' : `${load.rate} a second`;
  return ok(`node ${node}: messages of ${load.size} octets, ${rate}, for ${load.seconds} s`);
}
