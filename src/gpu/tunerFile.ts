import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import envPaths from 'env-paths';
import type { TunerStore } from './tuner.ts';

/** Files in the user's cache folder, or in another folder. */
export const tunerFiles = (folder = envPaths('dawngrad', { suffix: '' }).cache): TunerStore => ({
  read: (name) => readFile(join(folder, `${name}.json`), 'utf8'),
  write: async (name, text) => {
    await mkdir(folder, { recursive: true });
    const file = join(folder, `${name}.json`);
    await writeFile(`${file}.${process.pid}`, text);
    await rename(`${file}.${process.pid}`, file); // whole at any time, also when two processes write
  },
});
