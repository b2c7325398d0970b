// A capture as a stranger would open it: written with other addresses and names, without payloads, and read again
// without keys. What is made of it (a report, a table) can say no more than the scrubbed capture itself. Rows are
// taken in order; their octets are made anew when they are asked for, so that nobody holds a second capture.
import type { Row } from '../../../protocol/base/brand.ts';
import type { Given } from '../../analysis/witnesses/beside.ts';
import { afterLogTime } from '../../analysis/witnesses/log-time.ts';
import type { Annotations } from '../../annotations/list.ts';
import { createIngest, type Ingest } from '../../session/ingest.ts';
import type { FrameBytes } from '../../session/open-row.ts';
import type { AnnotatedCapture } from '../annotated-capture.ts';
import { prepareExport } from '../prepare.ts';
import type { Scrubber } from './scrubber.ts';

/** What it is called: the capture's own name may tell whose it is. */
export const SCRUBBED_NAME = 'scrubbed.pcapng';

/** Lines of corosync.conf that tell nothing of whose it is: sections, timers, how the ring is secured. */
const HARMLESS_KEYS = [
  'version|nodeid|transport|secauth|crypto_\\w+|rrp_mode|token\\w*|hold|join|consensus|merge|downcheck|fail_\\w+',
  'seqno_\\w+|max_messages|window_size|netmtu|two_node|expected_votes|provider',
].join('|');
const HARMLESS_CONF = new RegExp(`^\\s*(?:\\w+\\s*\\{|\\}|(?:${HARMLESS_KEYS})\\s*:\\s*[\\w-]+)\\s*$`);
/** A node of a list is counted by its address, which does not go along. */
const NODE_ADDRESS = /^\s*ring0_addr\s*:.*$/;

export class ScrubbedCopy {
  /** What the scrubbed capture says. */
  readonly ingest: Ingest = createIngest({ keys: [] });
  private readonly capture: AnnotatedCapture;
  private readonly scrubber: Scrubber;
  /** Rows of the capture by those of the copy: some lines of logs are not in it. */
  private readonly rows: Row[] = [];

  constructor(of: Ingest, annotations: Annotations, application: string) {
    const wish = { annotations, hasFindings: true, span: null, isScrubbed: true, logs: [], application };
    const { capture, scrubber } = prepareExport(of, of.analysis(), wish);
    if (scrubber === null) throw new Error('what is scrubbed has a scrubber');
    this.capture = capture;
    this.scrubber = scrubber;
    this.ingest.push(capture.header());
  }

  /** Takes the next row. `frame` gives the octets of what `needed` names. */
  take(row: Row, frame: FrameBytes): void {
    const { table } = this.ingest;
    const before = table.length;
    this.ingest.push(this.capture.row(row, frame));
    for (let own = before; own < table.length; own++) this.rows[own] = row;
  }

  finish(): void {
    this.ingest.push(this.capture.finish());
    this.ingest.finish();
  }

  /** Rows of the capture whose octets the copy needs for a row of the capture. */
  needed(row: Row): readonly Row[] {
    return this.scrubber.rowsNeeded(row);
  }

  /** The row of the capture that stands behind a row of the copy. */
  rowBehind(row: Row): Row {
    return this.rows[row] ?? row;
  }

  /** The octets of a row of the copy. */
  frame(row: Row, frame: FrameBytes): Uint8Array {
    return this.scrubber.frame(this.rowBehind(row), frame);
  }

  /** Logs with what Corosync says of the ring alone, line by line, and a configuration without addresses and names. */
  given({ logs, conf }: Given): Given {
    return {
      logs: logs.map(({ node, text }) => ({ node: this.scrubber.nodeNamed(node), text: this.log(text) })),
      conf: conf === null ? null : this.conf(conf),
    };
  }

  private log(text: string): string {
    return text
      .split('\n')
      .map((line) => {
        const said = line.indexOf('[TOTEM');
        const time = afterLogTime(line);
        return said < 0 || time === 0 ? '' : `${line.slice(0, time)} ${this.scrubber.text(line.slice(said))}`;
      })
      .join('\n');
  }

  private conf(text: string): string {
    const lines = text.split('\n').map((line) => (NODE_ADDRESS.test(line) ? '    ring0_addr: scrubbed' : line));
    return lines.filter((line) => HARMLESS_CONF.test(line) || NODE_ADDRESS.test(line)).join('\n');
  }
}
