// The panes as the preset and the person have arranged them. Knows the panels by name alone.
import { Fragment, type ReactNode } from 'react';
import { Group, Panel, Separator } from 'react-resizable-panels';
import { PANELS, type PaneId } from '../panels/index.ts';
import { changeLayout, useSettings } from '../state/settings-store.ts';
import { useLab } from '../lab/lab-store.ts';
import { TakesTurns } from '../state/turns/paced-store.ts';
import { useView } from '../state/view-store.ts';
import type { PresetLayout } from '../../app/settings/settings.ts';
import { PaneFrame } from '../widgets/pane.tsx';
import { maximise, showPane } from './pane-actions.ts';
import {
  isSplit,
  panesIn,
  partName,
  PRESET_TREES,
  sharesOf,
  splitKey,
  visiblePart,
  type Part,
  type Split,
} from './presets.ts';
import './workbench.css';

function PaneOf({ pane, isOnly }: { readonly pane: PaneId; readonly isOnly: boolean }): ReactNode {
  const isMaximised = useView((state) => state.maximised === pane);
  const { Component } = PANELS[pane];
  const controls = {
    isMaximised,
    canMaximise: isMaximised || !isOnly,
    onMaximise: () => maximise(pane),
    onHide: () => showPane(pane, false),
  };
  return (
    <PaneFrame value={controls}>
      <TakesTurns>
        <Component />
      </TakesTurns>
    </PaneFrame>
  );
}

/** Elements have names of their own, which no panel's content has. */
const elementId = (part: Part): string => `part-${partName(part)}`;

const titleOf = (part: Part): string =>
  panesIn(part)
    .map(({ pane }) => PANELS[pane].title)
    .join(', ');

function SplitOf({ split, layout }: { readonly split: Split; readonly layout: PresetLayout }): ReactNode {
  const shares = sharesOf(split, layout);
  const isRow = split.direction === 'row';
  const key = splitKey(split);
  const onLayoutChanged = (layoutNow: { readonly [element: string]: number }): void => {
    const changed = Object.fromEntries(split.parts.map((part) => [partName(part), layoutNow[elementId(part)] ?? 0]));
    const isSame = split.parts.every(
      (part) => Math.abs((changed[partName(part)] ?? 0) - (shares[partName(part)] ?? 0)) < 0.2,
    );
    if (!isSame) changeLayout((now) => ({ ...now, splits: { ...now.splits, [key]: changed } }));
  };
  return (
    // A split with other parts is another one: it takes its sizes from what was remembered of these parts.
    <Group
      key={key}
      id={`group-${split.id}`}
      orientation={isRow ? 'horizontal' : 'vertical'}
      defaultLayout={Object.fromEntries(split.parts.map((part) => [elementId(part), shares[partName(part)] ?? 0]))}
      onLayoutChanged={onLayoutChanged}
    >
      {split.parts.map((part, i) => (
        <Fragment key={partName(part)}>
          {i === 0 ? null : (
            <Separator
              className="separator"
              aria-label={`between ${titleOf(split.parts[i - 1] ?? part)} and ${titleOf(part)}`}
            />
          )}
          <Panel id={elementId(part)} minSize={`${part.min}px`}>
            <PartOf part={part} layout={layout} />
          </Panel>
        </Fragment>
      ))}
    </Group>
  );
}

function PartOf({ part, layout }: { readonly part: Part; readonly layout: PresetLayout }): ReactNode {
  return isSplit(part) ? <SplitOf split={part} layout={layout} /> : <PaneOf pane={part.pane} isOnly={false} />;
}

export function Workbench(): ReactNode {
  const preset = useSettings((state) => state.preset);
  const layout = useSettings((state) => state.layouts[state.preset]);
  const maximised = useView((state) => state.maximised);
  const hasLab = useLab((state) => state.snapshot !== null);
  const part = visiblePart(PRESET_TREES[preset].tree, layout, hasLab);
  const panes = panesIn(part);
  const alone = panes.find(({ pane }) => pane === maximised) ?? (panes.length === 1 ? panes[0] : undefined);
  if (part === null)
    return (
      <p className="workbench-empty">
        All panes are hidden: <kbd>Ctrl+K</kbd> shows them by name, or resets them.
      </p>
    );
  return (
    <div className="workbench" data-preset={preset} key={preset}>
      {alone === undefined ? (
        <PartOf part={part} layout={layout} />
      ) : (
        <PaneOf pane={alone.pane} isOnly={panes.length === 1} />
      )}
    </div>
  );
}
