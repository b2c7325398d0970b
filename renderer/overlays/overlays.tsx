// What lies over the panes: at most one of the dialogs, and the place for menus.
import type { ReactNode } from 'react';
import { useView } from '../state/view-store.ts';
import { MenuHost } from '../widgets/menu.tsx';
import { AnnotateDialog } from './annotate-dialog.tsx';
import { ExportDialog } from './export-dialog.tsx';
import { GlossaryDialog } from './glossary-dialog.tsx';
import { KeysDialog } from './keys-dialog.tsx';
import { Palette } from './palette.tsx';
import { SecondLabDialog } from './second-lab-dialog.tsx';
import { Shortcuts } from './shortcuts.tsx';

function Dialog(): ReactNode {
  const overlay = useView((state) => state.overlay);
  switch (overlay) {
    case 'palette':
    case 'go-to':
      return <Palette key={overlay} mode={overlay} />;
    case 'keys':
      return <KeysDialog />;
    case 'annotate':
      return <AnnotateDialog />;
    case 'export':
      return <ExportDialog />;
    case 'glossary':
      return <GlossaryDialog />;
    case 'second-lab':
      return <SecondLabDialog />;
    case 'shortcuts':
      return <Shortcuts />;
    case null:
      return null;
  }
}

export function Overlays(): ReactNode {
  return (
    <>
      <Dialog />
      <MenuHost />
    </>
  );
}
