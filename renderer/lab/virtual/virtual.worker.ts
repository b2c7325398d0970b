// The worker of a virtual lab: its clock and its ports. The lab is run by virtual-host.ts.
import type { LabReply } from '../../../app/lab/lab-view.ts';
import { serveStream } from '../../../app/session/serve-stream.ts';
import type { FromVirtual, ToVirtual } from './messages.ts';
import { VirtualHost } from './virtual-host.ts';

interface WorkerScope {
  postMessage(message: FromVirtual): void;
  onmessage: ((event: MessageEvent<ToVirtual>) => void) | null;
}

const TICK_MS = 16;
const scope = globalThis as unknown as WorkerScope;
let host: VirtualHost | null = null;

function open({ options, port }: Extract<ToVirtual, { kind: 'open' }>): void {
  const snapshot = (told: Extract<FromVirtual, { kind: 'snapshot' }>['snapshot']): void =>
    scope.postMessage({ kind: 'snapshot', snapshot: told });
  let anew: () => void = () => undefined;
  const opened = VirtualHost.open(options, { snapshot, anew: () => anew() }, performance.now());
  scope.postMessage({ kind: 'opened', problem: opened.ok ? null : opened.problem });
  if (!opened.ok) return;
  const own = opened.value;
  host = own;
  const served = serveStream(own.capture, {
    post: (reply) => port.postMessage(reply),
    onRequest: (listener) => port.addEventListener('message', ({ data }) => listener(data)),
  });
  anew = served.anew;
  port.start();
  setInterval(() => own.tick(performance.now()), TICK_MS);
}

scope.onmessage = ({ data }) => {
  if (data.kind === 'open') open(data);
  else if (data.kind === 'end') host?.end(performance.now());
  else if (data.kind === 'whole')
    scope.postMessage({ kind: 'bytes', id: data.id, bytes: host?.capture.whole() ?? new Uint8Array() });
  else {
    const { id } = data;
    const answer = (reply: LabReply): void => scope.postMessage({ kind: 'reply', id, reply });
    if (host === null) answer({ output: 'there is no lab\n', exitCode: 1 });
    else host.line(data.line, performance.now(), answer);
  }
};
