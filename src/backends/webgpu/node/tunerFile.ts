import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomically } from '../../../io/files.ts';
import type { TunerStore } from '../tuner/tuner.ts';
import { cacheFolder } from './cacheFolder.ts';

/** Stores the tuner's choices as files in the user's cache folder, or in another folder. */
export const tunerFiles = (given?: string): TunerStore => ({
  read: async (name) => readFile(join(given ?? (await cacheFolder()), `${name}.json`), 'utf8'),
  write: async (name, text) => {
    const folder = given ?? (await cacheFolder());
    await mkdir(folder, { recursive: true });
    await writeAtomically(join(folder, `${name}.json`), text);
  },
});
