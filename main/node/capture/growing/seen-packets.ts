// Counts Totem's packets on every interface, so that a person sees where a ring is before capturing there: a capture of
// all interfaces at once, of which only the numbers are kept. Linux tells the interface in the header of cooked frames.
import { readFileSync } from 'node:fs';
import { explainCaptureTrouble, type InterfacePackets } from '../../../../app/session/live-capture.ts';
import { createCaptureReader } from '../../../../protocol/pcap/capture-reader.ts';
import type { HelperCommand } from '../live-capture.ts';
import { LiveCapture } from '../live-capture.ts';
import { captureInterfaces } from '../interfaces.ts';

const TOTEM = 'udp portrange 5404-5405';
const BUFFER_OCTETS = 1 << 20;
const TELL_MS = 500;
const LINUX_SLL2 = 276;
const INDEX_AT = 4;
const TYPE_AT = 10;
const OUTGOING = 4;

function namesByIndex(): ReadonlyMap<number, string> {
  const indexOf = (name: string): number => {
    try {
      return Number(readFileSync(`/sys/class/net/${name}/ifindex`, 'utf8'));
    } catch {
      return -1;
    }
  };
  return new Map(captureInterfaces().map(({ name }) => [indexOf(name), name]));
}

/** Tells of the counts as they grow, until the returned function is called. */
export function watchPackets(helper: HelperCommand, told: (seen: InterfacePackets) => void): () => void {
  const names = namesByIndex();
  const counts = new Map<string, number>(captureInterfaces().map(({ name }) => [name, 0]));
  let isChanged = true;
  let problem: string | null = null;
  const add = (name: string): void => void counts.set(name, (counts.get(name) ?? 0) + 1);
  const reader = createCaptureReader({
    frame: (bytes, start, captured, _original, _timeNs, linktype) => {
      if (linktype !== LINUX_SLL2 || captured <= TYPE_AT) return;
      const header = new DataView(bytes.buffer, bytes.byteOffset + start, captured);
      const name = names.get(header.getUint32(INDEX_AT));
      // What loops back is seen leaving and coming.
      if (name === undefined || (name === 'lo' && header.getUint8(TYPE_AT) === OUTGOING)) return;
      add(name);
      add('any');
      isChanged = true;
    },
  });
  const tell = (): void => {
    if (!isChanged) return;
    isChanged = false;
    told({ counts: [...counts].map(([name, packets]) => ({ interface: name, packets })), problem });
  };
  const request = { interface: 'any', backend: 'tcpdump', filter: TOTEM, bufferOctets: BUFFER_OCTETS } as const;
  const capture = new LiveCapture(request, helper, {
    bytes: (chunk) => {
      reader.push(chunk);
      return true;
    },
    status: (status) => {
      if (status.kind === 'started') tell();
    },
    ended: (trouble) => {
      clearInterval(timer);
      if (trouble === null) return;
      problem = explainCaptureTrouble(trouble);
      isChanged = true;
      tell();
    },
  });
  const timer = setInterval(tell, TELL_MS);
  return () => {
    clearInterval(timer);
    capture.stop();
  };
}
