import { access, constants, lstat, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import envPaths from 'env-paths';

/**
 * The user's cache folder. Where it can't be written, as in a container or for the user of a service, one for temporary
 * files that no other user can write.
 * @throws Error if there is none of both.
 */
export async function cacheFolder(): Promise<string> {
  const { cache } = envPaths('dawngrad', { suffix: '' });
  let reason: unknown;
  try {
    // Not recursive, which never ends below /proc.
    for (const folder of [dirname(cache), cache]) await mkdir(folder).catch(() => {});
    await access(cache, constants.W_OK);
    return cache;
  } catch (error) {
    reason = error;
  }
  const user = process.getuid?.() ?? 0;
  const temporary = join(tmpdir(), `dawngrad-${user}`);
  try {
    await mkdir(temporary, { mode: 0o700 }).catch(() => {}); // it may be there
    const { uid, mode } = await lstat(temporary);
    if ((mode & constants.S_IFMT) !== constants.S_IFDIR || uid !== user || (mode & 0o077) !== 0) {
      throw new Error(`${temporary} is no folder of this user alone`);
    }
    await access(temporary, constants.W_OK);
    return temporary;
  } catch (error) {
    throw new Error(
      `no folder to unpack files to: ${textOf(reason)}; ${textOf(error)}; set XDG_CACHE_HOME to a folder that can be written`,
    );
  }
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
