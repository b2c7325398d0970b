// A capture file that another program still writes, as a source that grows: what tcpdump writes as root can be watched
// by anybody who may read it. Knows nothing of packets.
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { OpenProblem } from '../../../../app/ipc/contract.ts';
import { fail, ok, type Result } from '../../../../protocol/base/result.ts';
import { openCaptureFile } from '../../files/capture-file.ts';
import { GrowingCapture } from './growing-capture.ts';

/** Milliseconds between two looks at the length of the file. */
const LOOK_MS = 50;

export class FollowedFile extends GrowingCapture {
  readonly name: string;
  private readonly timer: NodeJS.Timeout;

  private constructor(path: string, octets: number) {
    super(path);
    this.name = basename(path);
    this.grew(octets);
    this.timer = setInterval(() => void this.look(), LOOK_MS);
  }

  /** Follows a file that is there; a compressed one cannot be followed. */
  static async open(path: string): Promise<Result<FollowedFile, OpenProblem>> {
    const found = await openCaptureFile(path);
    if (!found.ok) return found;
    const { isCompressed, name, byteLength } = found.value;
    await found.value.close();
    if (isCompressed) return fail({ kind: 'not-a-file', says: `${name} is compressed and cannot grow: open it.` });
    return ok(new FollowedFile(path, byteLength));
  }

  /** No octet that comes later is read. */
  override end(): void {
    clearInterval(this.timer);
    super.end();
  }

  override async close(): Promise<void> {
    clearInterval(this.timer);
    await super.close();
  }

  private async look(): Promise<void> {
    const found = await stat(this.path).catch(() => null);
    if (found === null) this.end();
    else this.grew(found.size);
  }
}
