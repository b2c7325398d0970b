// One sheep as a process of its own, for tests that kill it: STORE IP PORT durable|fast. Says `ready` once it serves.
import { Status } from '../../../protocol/sheep/operations.ts';
import { startAlone } from './alone.ts';

const LOOK_MS = 2;

const [store = '', ip = '', port = '', durable = ''] = process.argv.slice(2);
const host = await startAlone({
  behaviour: 'sound',
  store,
  ip,
  port: Number(port),
  isDurable: durable === 'durable',
  onExit: (code, why) => {
    process.stderr.write(`${why}\n`);
    process.exit(code);
  },
});
const look = setInterval(() => {
  const { phase, clusterStatus } = host.status();
  if (phase !== 'joined' || clusterStatus === Status.WAIT_FOR_JOIN) return;
  clearInterval(look);
  process.stdout.write('ready\n');
}, LOOK_MS);
