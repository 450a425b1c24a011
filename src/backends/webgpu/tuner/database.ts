import { get, set } from 'idb-keyval';
import type { TunerStore } from './tuner.ts';

/** IndexedDB; where a page may not use it, both reject. */
export const tunerDatabase: TunerStore = {
  read: async (name) => get<string>(name),
  write: async (name, text) => set(name, text),
};
