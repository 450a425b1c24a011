import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Check, checkValue } from '../../core/checks.ts';
import { ValueError } from '../../core/errors.ts';
import { removeUnfinished, writeAtomically } from '../../io/files.ts';

const FOLDER: Check = [(value) => typeof value === 'string' && value !== '', 'the path of a folder'];
const isContent = (value: unknown): boolean => typeof value === 'string' || value instanceof Uint8Array;
const FILES: Check = [
  (value) => Object.values(Object(value)).length > 0 && Object.values(Object(value)).every(isContent),
  'files, each a text or a Uint8Array by its name: await model.save()',
];

/**
 * Makes a function for the option `save` of `modelCheckpoint` and `checkpoint` that writes files to a folder, one call at a time.
 * Each file is written under another name and renamed when it is on the disk: if the process is killed, the file is either the
 * old or the new one. Node only.
 * @param folder the path; created if it does not exist.
 * @throws ValueError if `folder` is not a path or a file is not text or bytes; errors of the file system.
 */
export function toFolder(folder: string): (files: object) => Promise<void> {
  checkValue('toFolder', 'folder', folder, FOLDER);
  const write = async (files: object): Promise<void> => {
    await mkdir(folder, { recursive: true });
    await removeUnfinished(folder);
    for (const [name, content] of Object.entries(files)) await writeAtomically(join(folder, name), content);
  };
  let last = Promise.resolve();
  return async (files) => {
    checkValue('toFolder', 'files', files, FILES);
    const written = last.then(() => write(files));
    last = written.catch(() => {}); // the caller gets the error
    return written;
  };
}

/** Reads the files of a saved model. @throws ValueError if one is missing. */
export async function readFolder(folder: string, names: readonly string[]): Promise<Record<string, Uint8Array>> {
  checkValue('loadModel', 'folder', folder, FOLDER);
  const read = async (name: string): Promise<readonly [string, Uint8Array]> => {
    const path = join(folder, name);
    if (existsSync(path)) return [name, await readFile(path)];
    throw new ValueError({
      op: 'loadModel',
      got: `no file ${path}`,
      expected: `a folder with ${names.join(' and ')}`,
      fix: 'Pass a folder that model.save(folder) or `dawngrad train` wrote.',
    });
  };
  return Object.fromEntries(await Promise.all(names.map(read)));
}
