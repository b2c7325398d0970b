// The panels of the window by their names, which presets, settings, keys and the palette use.
import type { FunctionComponent } from 'react';
import { AnnotationList } from './annotations/index.tsx';
import { CommandLog } from './command-log/index.tsx';
import { CounterTable } from './counters/index.tsx';
import { Detail } from './detail/index.tsx';
import { Findings } from './findings/index.tsx';
import { Hex } from './hex/index.tsx';
import { Links } from './links/index.tsx';
import { Membership } from './membership/index.tsx';
import { NodeCards } from './nodes/index.tsx';
import { Objects } from './objects/index.tsx';
import { Packets } from './packets/index.tsx';
import { Ring } from './ring/index.tsx';
import { Shell } from './shell/index.tsx';
import { Stores } from './stores/index.tsx';
import { Timeline } from './timeline/index.tsx';
import { Traffic } from './traffic/index.tsx';

export const PANE_IDS = [
  'timeline',
  'ring',
  'membership',
  'nodes',
  'findings',
  'packets',
  'detail',
  'hex',
  'objects',
  'stores',
  'shell',
  'commands',
  'counters',
  'traffic',
  'annotations',
  'links',
] as const;
export type PaneId = (typeof PANE_IDS)[number];

export interface PanelEntry {
  readonly title: string;
  readonly Component: FunctionComponent;
}

export const PANELS: Readonly<Record<PaneId, PanelEntry>> = {
  timeline: { title: 'Timeline', Component: Timeline },
  ring: { title: 'Ring', Component: Ring },
  membership: { title: 'Membership', Component: Membership },
  nodes: { title: 'Nodes', Component: NodeCards },
  findings: { title: 'Findings', Component: Findings },
  packets: { title: 'Packets', Component: Packets },
  detail: { title: 'Detail', Component: Detail },
  hex: { title: 'Bytes', Component: Hex },
  objects: { title: 'Objects', Component: Objects },
  stores: { title: 'Stores', Component: Stores },
  shell: { title: 'Shell', Component: Shell },
  commands: { title: 'Commands', Component: CommandLog },
  counters: { title: 'Counters', Component: CounterTable },
  traffic: { title: 'Traffic', Component: Traffic },
  annotations: { title: 'Annotations', Component: AnnotationList },
  links: { title: 'Links', Component: Links },
};
