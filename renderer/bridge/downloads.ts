// Exports in a plain browser: gathered by the page, and handed to the browser as a download once they are whole.
import type { ExportKind, StartedExport } from '../../app/ipc/contract.ts';

const ENDINGS: Readonly<Record<ExportKind, string>> = {
  capture: '-annotated.pcapng',
  report: '-report.html',
  table: '.csv',
};

export class Downloads {
  private readonly running = new Map<number, { readonly name: string; readonly parts: Uint8Array<ArrayBuffer>[] }>();
  private next = 1;

  begin(kind: ExportKind, source: string): StartedExport {
    const id = this.next++;
    const name = `${source.replace(/(\.gz)?$/i, '').replace(/\.(pcap|pcapng|cap)$/i, '')}${ENDINGS[kind]}`;
    this.running.set(id, { name, parts: [] });
    return { id, name, path: name };
  }

  write(id: number, bytes: Uint8Array): string | null {
    const own = this.running.get(id);
    if (own === undefined) return 'this export has ended';
    own.parts.push(bytes.slice());
    return null;
  }

  end(id: number, isWhole: boolean): string | null {
    const own = this.running.get(id);
    this.running.delete(id);
    if (own === undefined) return 'this export has ended';
    if (!isWhole) return null;
    const link = document.createElement('a');
    const url = URL.createObjectURL(new Blob(own.parts));
    link.href = url;
    link.download = own.name;
    link.click();
    URL.revokeObjectURL(url);
    return null;
  }
}
