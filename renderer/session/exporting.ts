// Exports of the shown capture: the worker writes them portion by portion, the program puts them where the person says.
import { create } from 'zustand';
import type { ExportKind } from '../../app/ipc/contract.ts';
import { EXPORT_OCTETS_MAX } from '../../app/ipc/guards.ts';
import { bridge } from '../bridge/bridge.ts';
import { wholeSpan } from '../state/capture.ts';
import { useSession } from '../state/session-store.ts';
import { useView } from '../state/view-store.ts';
import { annotationsNow } from './annotations.ts';
import { live } from './live.ts';
import { useWitnesses } from './witnesses.ts';

export interface ExportChoice {
  readonly kind: ExportKind;
  readonly isSpan: boolean;
  readonly isScrubbed: boolean;
  readonly hasFindings: boolean;
  readonly hasLogs: boolean;
  readonly isFiltered: boolean;
}

export interface ExportState {
  /** What the form is for. */
  readonly kind: ExportKind;
  /** The export that is being written; null for none. */
  readonly running: { readonly name: string; readonly octets: number } | null;
  /** What the last one came to. */
  readonly said: { readonly name: string; readonly path: string; readonly problem: string | null } | null;
}

export const useExport = create<ExportState>(() => ({ kind: 'capture', running: null, said: null }));

export function openExport(kind: ExportKind): void {
  useExport.setState({ kind, said: null });
  useView.setState({ overlay: 'export' });
}

let isStopped = false;

export function stopExport(): void {
  isStopped = true;
}

/** Hands a portion over, in pieces that a call takes. */
async function hand(id: number, bytes: Uint8Array): Promise<string | null> {
  for (let at = 0; at < bytes.length; at += EXPORT_OCTETS_MAX) {
    const problem = await bridge.call('export.write', id, bytes.subarray(at, at + EXPORT_OCTETS_MAX));
    if (problem !== null) return problem;
  }
  return isStopped ? 'it was stopped' : null;
}

/** Program and version, as the page was told at its start. */
const application = (): string => `Totem Lab ${document.documentElement.dataset['version'] ?? ''}`.trim();

/** Asks where, writes it, says what came of it. */
export async function runExport(choice: ExportChoice): Promise<void> {
  const client = live();
  const { source, filter } = useSession.getState();
  if (client === null || source === null || useExport.getState().running !== null) return;
  const begun = await bridge.call('export.begin', choice.kind, source.path);
  if (!begun.ok) {
    useExport.setState({ said: { name: '', path: '', problem: begun.problem.says } });
    return;
  }
  if (begun.value === null) return;
  const { id, name, path } = begun.value;
  isStopped = false;
  useExport.setState({ running: { name, octets: 0 }, said: null });
  const { logs, conf } = useWitnesses.getState();
  const { marked } = useView.getState();
  let octets = 0;
  const problem = await client.export(
    {
      kind: choice.kind,
      name: source.name,
      annotations: annotationsNow(),
      hasFindings: choice.hasFindings,
      span: choice.isSpan ? (marked ?? wholeSpan()) : null,
      isScrubbed: choice.isScrubbed,
      given: { logs: choice.hasLogs ? logs : [], conf: conf?.text ?? null },
      filter: choice.isFiltered ? filter.text : '',
      isMarkdown: /\.(md|markdown)$/i.test(name),
      application: application(),
    },
    async (bytes) => {
      octets += bytes.length;
      useExport.setState({ running: { name, octets } });
      return hand(id, bytes);
    },
  );
  const ended = await bridge.call('export.end', id, problem === null);
  useExport.setState({ running: null, said: { name, path, problem: problem ?? ended } });
}
