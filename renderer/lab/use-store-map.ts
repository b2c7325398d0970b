// The store at the chosen moment: of a lab as it lies on the nodes' disks, else as the messages of a capture tell.
import { useMemo } from 'react';
import type { SheepCluster } from '../../app/analysis/result.ts';
import { capturedStoreMap, labStoreMap, type StoreMap } from '../../app/lab/objects/store-map.ts';
import { objectIdOf } from '../../protocol/sheep/object-id.ts';
import { SHEEP_PORT } from '../../protocol/sheep/node-entry.ts';
import type { NodeDirectory } from '../state/node-directory.ts';
import { useSession } from '../state/session-store.ts';
import { useView } from '../state/view-store.ts';
import { useLabAt } from './lab-history.ts';

export interface ShownStore {
  readonly map: StoreMap;
  /** `lab`: members and disks are known from inside; `capture`: members are what messages said. */
  readonly source: 'lab' | 'capture';
  /** Names of images by their numbers, as far as they are known. */
  readonly vdiNames: ReadonlyMap<number, string>;
}

const NO_NAMES: ReadonlyMap<number, string> = new Map();

/** How many of times that rise lie up to one. */
function seenUntil(timeNs: Float64Array, until: number): number {
  const behind = timeNs.findIndex((time) => time > until);
  return behind < 0 ? timeNs.length : behind;
}

/** The cluster of a capture at a time, null before its messages tell of members. */
export function capturedAt(
  cluster: SheepCluster | null,
  time: number | null,
  directory: NodeDirectory,
): StoreMap | null {
  if (cluster === null) return null;
  const until = time ?? Infinity;
  const moment = cluster.history.findLast((own) => own.time <= until);
  if (moment === undefined) return null;
  const inodes = cluster.vdis
    .filter((vdi) => vdi.time <= until)
    .map(({ vid }) => objectIdOf({ kind: 'vdi', vdi: vid, index: 0 }));
  const { oid, timeNs } = cluster.objects;
  const told = oid.subarray(0, seenUntil(timeNs, until));
  const oids = [...new Set([...inodes, ...told])];
  const addresses = [...new Set(cluster.history.flatMap(({ members }) => members))];
  const nodes = addresses.map((address) => {
    const ip = address.slice(0, address.lastIndexOf(':'));
    const known = directory.nodes.find((node) => node.addresses.includes(ip));
    const isMember = moment.members.includes(address);
    return { address, name: known?.label ?? address, nodeid: known?.nodeid ?? null, isMember };
  });
  return capturedStoreMap(nodes, oids, moment.copies ?? 0, moment.epoch ?? 0);
}

/** Null where there is no store to show. */
export function useStoreMap(): ShownStore | null {
  const lab = useLabAt();
  const objects = lab?.objects ?? null;
  const nodes = lab?.nodes ?? null;
  const cluster = useSession((state) => state.analysis?.sheepdog ?? null);
  const time = useView((state) => state.time);
  const directory = useSession((state) => state.nodes);
  const isLab = lab !== null;
  const fromLab = useMemo(
    () => (objects === null || nodes === null ? null : labStoreMap(objects, nodes, SHEEP_PORT)),
    [objects, nodes?.length],
  );
  const moment = cluster?.history.findLast((own) => own.time <= (time ?? Infinity)) ?? null;
  const images = cluster?.vdis.filter((vdi) => vdi.time <= (time ?? Infinity)).length ?? 0;
  const objectCount = cluster === null ? 0 : seenUntil(cluster.objects.timeNs, time ?? Infinity);
  const fromCapture = useMemo(
    () => (isLab ? null : capturedAt(cluster, time, directory)),
    [isLab, cluster, moment?.frame, images, objectCount, directory],
  );
  return useMemo(() => {
    const vdiNames = new Map((objects?.vdis ?? []).map(({ vid, name }) => [vid, name]));
    if (fromLab !== null) return { map: fromLab, source: 'lab', vdiNames };
    return fromCapture === null ? null : { map: fromCapture, source: 'capture', vdiNames: NO_NAMES };
  }, [fromLab, fromCapture]);
}
