// The one bridge of this window: Electron's where the preload is there, else the browser's.
import { createBrowserBridge } from './browser-bridge.ts';
import { createElectronBridge, type PreloadDoors } from './electron-bridge.ts';
import type { WindowBridge } from './window-bridge.ts';

const { lab } = window as { readonly lab?: PreloadDoors };

export const bridge: WindowBridge = lab === undefined ? createBrowserBridge() : createElectronBridge(lab);
