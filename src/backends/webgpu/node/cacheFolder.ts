import { access, constants, lstat, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import envPaths from 'env-paths';

/**
 * The user's cache folder. If it is not writable, as in a container or for a service user, a temporary folder that no
 * other user can write to.
 * @throws Error if neither is available.
 */
export async function cacheFolder(): Promise<string> {
  const { cache } = envPaths('dawngrad', { suffix: '' });
  let reason: unknown;
  try {
    // Not recursive: recursive mkdir below /proc never returns.
    for (const folder of [dirname(cache), cache]) await mkdir(folder).catch(() => {});
    await access(cache, constants.W_OK);
    return cache;
  } catch (error) {
    reason = error;
  }
  const user = process.getuid?.() ?? 0;
  const temporary = join(tmpdir(), `dawngrad-${user}`);
  try {
    await mkdir(temporary, { mode: 0o700 }).catch(() => {}); // it may exist already
    const { uid, mode } = await lstat(temporary);
    if ((mode & constants.S_IFMT) !== constants.S_IFDIR || uid !== user || (mode & 0o077) !== 0) {
      throw new Error(`${temporary} is not a private folder of this user`);
    }
    await access(temporary, constants.W_OK);
    return temporary;
  } catch (error) {
    throw new Error(
      `no folder to unpack files to: ${textOf(reason)}; ${textOf(error)}; set XDG_CACHE_HOME to a writable folder`,
    );
  }
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
