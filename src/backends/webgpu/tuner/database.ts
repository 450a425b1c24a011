import { get, set } from 'idb-keyval';
import type { TunerStore } from './tuner.ts';

/** Stores the tuner's choices in IndexedDB; both functions reject where a page may not use it. */
export const tunerDatabase: TunerStore = {
  read: async (name) => get<string>(name),
  write: async (name, text) => set(name, text),
};
