// The bridge under Electron: the preload's two doors, and the ports that arrive beside them.
import type { Bridge, CallName, Calls, EventName, Events, StreamId } from '../../app/ipc/contract.ts';
import { PORT_CHANNEL } from '../../app/ipc/port.ts';
import { PageFiles } from './file-source.ts';
import { VirtualLabs } from './virtual-labs.ts';
import type { WindowBridge } from './window-bridge.ts';

/** What the preload puts on the window. */
export interface PreloadDoors {
  call(name: string, args: readonly unknown[]): Promise<unknown>;
  on(name: string, listener: (event: unknown) => void): () => void;
  pathOf(file: File): string;
}

export function createElectronBridge(doors: PreloadDoors): WindowBridge {
  const files = new PageFiles();
  const virtual = new VirtualLabs();
  const arrived = new Map<StreamId, MessagePort>();
  const awaited = new Map<StreamId, (port: MessagePort) => void>();
  window.addEventListener('message', ({ data, ports, source }) => {
    const [port] = ports;
    const message = data as { readonly channel?: unknown; readonly stream?: unknown } | null;
    if (
      source !== window ||
      message?.channel !== PORT_CHANNEL ||
      typeof message.stream !== 'number' ||
      port === undefined
    )
      return;
    const wake = awaited.get(message.stream);
    awaited.delete(message.stream);
    if (wake === undefined) arrived.set(message.stream, port);
    else wake(port);
  });

  /** The capture of a virtual lab is the page's: the main process asks where it is to be kept. */
  const kept = (name: CallName, [stream]: readonly unknown[]): Promise<unknown> | null =>
    name === 'capture.save' && virtual.holds(stream as StreamId)
      ? virtual.whole().then((bytes) => doors.call('capture.write', ['virtual-lab.pcapng', bytes]))
      : null;

  const call = async <K extends CallName>(name: K, ...args: Parameters<Calls[K]>): Promise<ReturnType<Calls[K]>> => {
    const routed = virtual.route(name, args) ?? kept(name, args);
    if (routed !== null) return (await routed) as ReturnType<Calls[K]>;
    const path: unknown = args[0];
    const isHere = name === 'session.open' && typeof path === 'string' && PageFiles.holds(path);
    return (await (isHere ? files.open(path) : doors.call(name, args))) as ReturnType<Calls[K]>;
  };
  const on: Bridge['on'] = <K extends EventName>(name: K, listener: (event: Events[K]) => void) => {
    const stops = [doors.on(name, (event) => listener(event as Events[K])), virtual.on(name, listener)];
    return () => {
      for (const stop of stops) stop();
    };
  };
  return {
    call,
    on,
    openStream(stream) {
      const port = virtual.port(stream) ?? files.port(stream) ?? arrived.get(stream);
      arrived.delete(stream);
      return port === undefined ? new Promise((resolve) => awaited.set(stream, resolve)) : Promise.resolve(port);
    },
    pathOf: (file) => doors.pathOf(file) || files.add(file),
  };
}
