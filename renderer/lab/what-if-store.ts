// The change that a person considers: what it would move is shown in the stores panel and on the hash ring.
import { create } from 'zustand';
import type { WhatIf } from '../../app/lab/objects/what-if.ts';

export const useWhatIf = create<{ readonly result: WhatIf | null }>(() => ({ result: null }));
