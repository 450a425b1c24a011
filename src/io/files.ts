// Files in Node: whole at any time, and folders that one process at a time writes to.
import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ValueError } from '../core/errors.ts';

const HOST = hostname().replace(/[^A-Za-z0-9-]/g, '-');
/** This process, as names of files say it. */
const OWNER = `${HOST}.${process.pid}`;
const UNFINISHED = /\.([A-Za-z0-9-]*)\.(\d+)\.[0-9a-f]{8}\.unfinished$/;
const LOCK = /^lock\.([A-Za-z0-9-]*)\.(\d+)$/;

/**
 * Writes a file under a name that no other process or call uses, until it is complete and on the disk. A process that is
 * killed leaves the file as it was or as it will be.
 */
export async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
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

/** Puts the names in a folder on the disk, where the system can do that. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder).catch(() => undefined);
  await handle?.sync().catch(() => {});
  await handle?.close();
}

/** Removes files that processes were killed in the middle of. */
export async function removeUnfinished(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const [, host, pid] = UNFINISHED.exec(name) ?? [];
    if (pid !== undefined && !(await isAlive(host, pid))) await rm(join(folder, name), { force: true });
  }
}

/** How often a process looks whether one that came at the same time gives way, and the time between, in ms. */
const LOOKS = 20;
const PAUSE = 50;

/**
 * Takes a folder until this process ends, so that no other writes to it. A process that is killed has given it back, too.
 * @throws ValueError if another has it.
 */
export async function lockFolder(op: string, folder: string): Promise<void> {
  const name = `lock.${OWNER}`;
  const unlock = () => rmSync(join(folder, name), { force: true });
  await writeFile(join(folder, name), ''); // one of that name is of a process that had this number before
  process.once('exit', unlock);
  for (let looks = 0; ; looks++) {
    const others = await lockers(folder, name);
    if (others.length === 0) return;
    // Of two that come at once, each sees the other: the one whose name is later gives way.
    if (looks < LOOKS && others.every((other) => name < other)) await sleep(PAUSE);
    else {
      unlock();
      const [, host, pid] = LOCK.exec(others[0]) ?? [];
      throw new ValueError({
        op,
        got: `the folder ${folder}, to which process ${pid} on ${host} is writing`,
        expected: 'one that no other process writes to',
        fix: `Wait until that ends. If it is no run of dawngrad, remove ${join(folder, others[0])}.`,
      });
    }
  }
}

/** The locks of other processes; those of processes that have ended are removed. */
async function lockers(folder: string, own: string): Promise<string[]> {
  const found: string[] = [];
  for (const name of await readdir(folder)) {
    const [, host, pid] = LOCK.exec(name) ?? [];
    if (pid === undefined || name === own) continue;
    if (await isAlive(host, pid)) found.push(name);
    else await rm(join(folder, name), { force: true });
  }
  return found;
}

/** Whether a process may still run: on other hosts that can't be seen. One that has ended and is not waited for does not. */
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
