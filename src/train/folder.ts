import { mkdir, open, rename } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Makes the `save` of `modelCheckpoint` and of `checkpoint`: files are written to a folder, each under another name until
 * it is complete and on the disk, so that a process that is killed leaves the file as it was or as it will be.
 */
export const toFolder =
  (folder: string) =>
  async (files: object): Promise<void> => {
    await mkdir(folder, { recursive: true });
    for (const [name, content] of Object.entries(files)) await writeWhole(join(folder, name), content);
  };

async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  const unfinished = `${path}.unfinished`;
  const file = await open(unfinished, 'w');
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(unfinished, path);
}
