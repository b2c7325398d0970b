// A long capture of one ring under moderate load, as a person has it at three in the morning: a node is killed and
// comes back, the ring falls into two and is one again. From the simulator's wire, so the same on every machine.
import { closeSync, openSync, writeSync } from 'node:fs';
import { Runner } from '../../protocol/sim/run/runner.ts';
import { parseScenario } from '../../protocol/sim/scenario/parse.ts';
import { WireTap } from '../../protocol/sim/tap/wire-tap.ts';

/** The first octet of a block of pcapng that holds a packet. */
const ENHANCED_PACKET = 6;
/** Octets written at a time, at least. */
const PORTION = 1 << 20;

const SCENARIO = `
cluster nodes=5 cpu=20us
link all delay=60us mean=90us
show nothing
run until=stable
join all g
traffic all g every=3ms size=300 count=1000000
run 30000ms
kill 4
run 14000ms
start 4
run 15000ms
partition 1,2 | 3,4,5
run 14000ms
heal
run 46000ms
`;

/** Writes the capture, a million packets and some more; returns how many it has. */
export function writeLongCapture(file: string): number {
  const scenario = parseScenario(SCENARIO);
  if (!scenario.ok) throw new Error(`line ${scenario.problem.line}: ${scenario.problem.says}`);
  const fd = openSync(file, 'w');
  let [parts, octets, packets]: [Uint8Array[], number, number] = [[], 0, 0];
  const flush = (): void => {
    writeSync(fd, Buffer.concat(parts));
    [parts, octets] = [[], 0];
  };
  const runner = new Runner({ scenario: scenario.value, isWatched: false, isTold: false });
  const tap = new WireTap(runner.world, (bytes) => {
    if (bytes[0] === ENHANCED_PACKET) packets++;
    parts.push(bytes);
    octets += bytes.length;
    if (octets >= PORTION) flush();
  });
  runner.begin();
  for (const block of scenario.value.blocks) runner.run(block);
  tap.finish();
  flush();
  closeSync(fd);
  return packets;
}
