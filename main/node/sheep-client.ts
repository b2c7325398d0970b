// Requests to a sheep over TCP, one on each connection, as collie makes them.
import { connect, isIP } from 'node:net';
import type { CollieAsk, ExchangeResult } from '../../protocol/collie/script.ts';
import { encodeSheepHeader, readSheepHeader, SHEEP_HEADER_OCTETS } from '../../protocol/sheep/tcp-headers.ts';
import { SHEEP_DATA_MAX } from '../../protocol/sheep/tcp-stream.ts';

type Exchange = Extract<CollieAsk, { readonly ask: 'exchange' }>;

/** What C's strerror says. */
const ERRORS: { readonly [code: string]: string } = {
  ECONNREFUSED: 'Connection refused',
  ECONNRESET: 'Connection reset by peer',
  EHOSTUNREACH: 'No route to host',
  ENETUNREACH: 'Network is unreachable',
  ETIMEDOUT: 'Connection timed out',
  EPIPE: 'Broken pipe',
};

/** What went wrong with a connection, as C's strerror says it. */
export function connectionTrouble(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return ERRORS[code] ?? (error instanceof Error ? error.message : String(error));
}

/** One request to one address; rejects with what went wrong. */
function exchangeWith(address: string, { to, request, parts }: Exchange): Promise<ExchangeResult> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: address, port: to.port, noDelay: true });
    const chunks: Buffer[] = [];
    let have = 0;
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('the connection was closed before the answer')));
    socket.once('connect', () => {
      socket.write(encodeSheepHeader(request));
      for (const part of parts) socket.write(part);
    });
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      have += chunk.length;
      if (have < SHEEP_HEADER_OCTETS) return;
      const head = readSheepHeader('response', chunks[0]?.length === have ? chunk : Buffer.concat(chunks), 0);
      if (!head.ok || head.value.dataLength > SHEEP_DATA_MAX) {
        socket.destroy();
        reject(new Error('the answer is none of a sheep'));
      } else if (have >= SHEEP_HEADER_OCTETS + head.value.dataLength) {
        const data = Buffer.concat(chunks).subarray(SHEEP_HEADER_OCTETS, SHEEP_HEADER_OCTETS + head.value.dataLength);
        resolve({ ok: true, response: { header: head.value, data } });
        socket.destroy();
      }
    });
  });
}

/** Addresses that stand for a host's name; none: those that the system knows. */
export type AddressesOf = (host: string) => readonly string[];

/** Of a host. Names are looked up by a module that is loaded for them alone: a short command waits for each it has. */
async function lookedUp(host: string): Promise<readonly string[]> {
  if (isIP(host) !== 0) return [host];
  const { lookup } = await import('node:dns/promises');
  return (await lookup(host, { all: true })).map(({ address }) => address);
}

/** Tries the addresses of the host one after the other. */
export async function exchange(asked: Exchange, addressesOf: AddressesOf = () => []): Promise<ExchangeResult> {
  const errors: string[] = [];
  let addresses = addressesOf(asked.to.host);
  try {
    if (addresses.length === 0) addresses = await lookedUp(asked.to.host);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { ok: false, errors: ['Name or service not known'] };
  }
  for (const address of addresses) {
    try {
      return await exchangeWith(address, asked);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      errors.push(connectionTrouble(error));
    }
  }
  return { ok: false, errors };
}
