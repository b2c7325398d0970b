// One mini cluster with sheep at a time on this computer: all of them listen at port 7000 of the same addresses.
// Whoever has this address holds the right; it goes with its process.
import { createServer } from 'node:net';

const ADDRESS = { host: '127.168.1.1', port: 6999 };
const RETRY_MS = 200;

/** Waits for the right; what gives it back. */
export async function takeSheepPort(): Promise<() => Promise<void>> {
  for (;;) {
    const server = createServer();
    const isMine = await new Promise<boolean>((done) => {
      server.once('error', () => done(false));
      server.listen(ADDRESS, () => done(true));
    });
    if (isMine) return () => new Promise((done) => void server.close(() => done()));
    await new Promise((done) => setTimeout(done, RETRY_MS));
  }
}
