// Files in Node: atomic writes, and folders that one process at a time writes to.
import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ValueError } from '../core/errors.ts';

const HOST = hostname().replace(/[^A-Za-z0-9-]/g, '-');
/** This process, as it appears in file names. */
const OWNER = `${HOST}.${process.pid}`;
const UNFINISHED = /\.([A-Za-z0-9-]*)\.(\d+)\.[0-9a-f]{8}\.unfinished$/;
const LOCK = /^lock\.([A-Za-z0-9-]*)\.(\d+)$/;

/**
 * Writes a file atomically: under a name that no other process or call uses until it is complete and on disk. If the
 * process is killed, the file is either the old or the new one.
 */
export async function writeAtomically(path: string, content: string | Uint8Array): Promise<void> {
  const unfinished = `${path}.${OWNER}.${randomUUID().slice(0, 8)}.unfinished`;
  try {
    const file = await open(unfinished, 'wx');
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
  await syncFolder(dirname(path));
}

/** Flushes a folder's entries to disk, if the system can. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder).catch(() => undefined);
  await handle?.sync().catch(() => {});
  await handle?.close();
}

/** Removes files left by processes that were killed while writing. */
export async function removeUnfinished(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const [, host, pid] = UNFINISHED.exec(name) ?? [];
    if (pid !== undefined && !(await isAlive(host, pid))) await rm(join(folder, name), { force: true });
  }
}

/** How often a process checks whether a competing process gives way, and the time between checks, in ms. */
const LOOKS = 20;
const PAUSE = 50;

/**
 * Locks a folder until this process ends, so that no other process writes to it. A killed process releases its lock,
 * too.
 * @throws ValueError if another process holds the lock.
 */
export async function lockFolder(op: string, folder: string): Promise<void> {
  const name = `lock.${OWNER}`;
  const unlock = () => rmSync(join(folder, name), { force: true });
  await writeFile(join(folder, name), ''); // an existing file of this name is left from an earlier process with this id
  process.once('exit', unlock);
  for (let looks = 0; ; looks++) {
    const others = await lockers(folder, name);
    if (others.length === 0) return;
    // Two processes that start at once see each other: the one whose name sorts later gives way.
    if (looks < LOOKS && others.every((other) => name < other)) await sleep(PAUSE);
    else {
      unlock();
      const [, host, pid] = LOCK.exec(others[0]) ?? [];
      throw new ValueError({
        op,
        got: `the folder ${folder}, to which process ${pid} on ${host} is writing`,
        expected: 'a folder that no other process writes to',
        fix: `Wait until that process ends. If it is not a run of dawngrad, remove ${join(folder, others[0])}.`,
      });
    }
  }
}

/** The locks of other processes; removes the locks of processes that have ended. */
async function lockers(folder: string, ownName: string): Promise<string[]> {
  const found: string[] = [];
  for (const name of await readdir(folder)) {
    const [, host, pid] = LOCK.exec(name) ?? [];
    if (pid === undefined || name === ownName) continue;
    if (await isAlive(host, pid)) found.push(name);
    else await rm(join(folder, name), { force: true });
  }
  return found;
}

/**
 * Whether a process may still run; for other hosts always true. A zombie, which has ended but is not reaped, does not
 * count.
 */
async function isAlive(host: string, pid: string): Promise<boolean> {
  if (host !== HOST) return true;
  try {
    process.kill(Number(pid), 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
  const state = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return !/\) [XZ] /.test(state);
}
