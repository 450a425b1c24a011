import { existsSync } from 'node:fs';
import { appendFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DeviceInfo } from '../core/device.ts';
import { ValueError } from '../core/errors.ts';
import type { Shape } from '../core/shape.ts';
import { lockFolder } from '../io/files.ts';
import { isRecord, parseJson } from '../io/json.ts';
import type { Callback, Logs, Memory } from '../train/callbacks/callback.ts';
import { toFolder } from '../train/files/folder.ts';
import type { ModelFiles } from '../train/files/save.ts';
import type { NetworkOptions, OptimizerOptions } from './network.ts';
import type { Backend } from './options.ts';

/** The flags of `dawngrad train`. */
export interface TrainOptions extends NetworkOptions, OptimizerOptions {
  readonly data: string;
  readonly epochs: number;
  readonly batchSize: number;
  /** Default 0.05, and 0 where that leaves nothing to train on. */
  readonly validationSplit?: number;
  readonly seed: number;
  readonly backend: Backend;
  readonly checkpointEvery: number;
  readonly out?: string;
}

/** What a run was made with: config.json. */
export interface RunConfig {
  readonly dawngrad: string;
  readonly started: string;
  readonly options: TrainOptions;
  /** The optimizer's name and all of its options. */
  readonly optimizer: Readonly<Record<string, unknown>>;
  readonly data: {
    readonly training: number;
    readonly validation: number;
    readonly test: number;
    readonly imageShape: Shape;
    readonly classes: number;
  };
  readonly device: DeviceInfo;
  /** The names of all devices that it ran on, in turn. */
  readonly devices: readonly string[];
}

/** A line of history.jsonl: `epoch` (from 1), `seconds`, `loss`, `accuracy`, and the same with `val_`. */
export type EpochRecord = Readonly<Record<string, number>>;

/** Makes a folder of its own for a run that begins now, in local time: `runs/2026-11-23-18-05-59`. */
async function makeDefaultFolder(): Promise<string> {
  const name = join('runs', new Date().toLocaleString('sv').replace(/[ :]/g, '-'));
  await mkdir('runs', { recursive: true });
  for (let i = 1; ; i++) {
    const folder = i === 1 ? name : `${name}-${i}`;
    try {
      await mkdir(folder);
      return folder;
    } catch (error) {
      if (!existsSync(folder)) throw error; // else another run of this second has it
    }
  }
}

/**
 * Makes the folder of a run, `out` or a new one, which is locked until this process ends, and writes its config.json.
 * @throws ValueError if there is a run in it.
 */
export async function createRun(out: string | undefined, config: RunConfig): Promise<string> {
  const folder = out ?? (await makeDefaultFolder());
  await mkdir(folder, { recursive: true });
  await lockFolder('train', folder);
  if (existsSync(join(folder, CONFIG))) {
    throw new ValueError({
      op: 'train',
      got: `--out ${folder}, which holds a run`,
      expected: 'a new folder',
      fix: 'Name another one, or leave --out away.',
    });
  }
  await writeConfig(folder, config);
  return folder;
}

const writeConfig = (folder: string, config: object): Promise<void> =>
  toFolder(folder)({ [CONFIG]: `${JSON.stringify(config, undefined, 2)}\n` });

/** A run that ended before it was complete. */
export interface Unfinished {
  readonly folder: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** The options in it. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Its last checkpoint, if it came that far. */
  readonly checkpoint: Uint8Array | undefined;
}

const CONFIG = 'config.json';
const CHECKPOINT = 'checkpoint.safetensors';
/** The last file of a run to be written. */
const REPORT = 'report.html';

/**
 * Reads a run to go on with, whose folder is locked until this process ends.
 * @throws ValueError if the folder holds none, or one that is complete.
 */
export async function readUnfinished(folder: string): Promise<Unfinished> {
  const refuse = (got: string): never => {
    const expected = 'the folder of a run that was interrupted';
    throw new ValueError({ op: 'train', got, expected, fix: 'Correct --resume, or start a new run without it.' });
  };
  const file = join(folder, CONFIG);
  if (!existsSync(file)) refuse(`no file ${file}`);
  await lockFolder('train', folder);
  const path = join(folder, CHECKPOINT);
  const checkpoint = existsSync(path) ? await readFile(path) : undefined;
  if (checkpoint === undefined && existsSync(join(folder, REPORT)))
    refuse(`--resume ${folder}, a run that is complete`);
  const config = parseJson(await readFile(file, 'utf8'));
  if (!isRecord(config) || !isRecord(config.options)) return refuse(`a damaged ${file}`);
  return { folder, config, options: config.options, checkpoint };
}

/** The names of the devices that a run was on, and at last of this one: config.json says so from here on. */
export async function addDevice({ folder, config }: Unfinished, device: string): Promise<readonly string[]> {
  const { devices } = config;
  const before = Array.isArray(devices) ? devices.map(String) : [];
  if (before.at(-1) === device) return before;
  await writeConfig(folder, { ...config, devices: [...before, device] });
  return [...before, device];
}

/** Writes the report. A run that was not interrupted is complete with it: what was kept to go on is removed. */
export async function writeReport(
  folder: string,
  report: string,
  { interrupted }: { readonly interrupted: boolean },
): Promise<string> {
  await toFolder(folder)({ [REPORT]: report });
  if (!interrupted) await rm(join(folder, CHECKPOINT), { force: true });
  return join(folder, REPORT);
}

/** Writes a line per epoch to history.jsonl, as training goes on. */
export class HistoryFile implements Callback {
  readonly records: EpochRecord[] = [];
  readonly #path: string;
  #start = 0;

  readonly memory: Memory = {
    name: 'history',
    save: async () => {
      const data = new TextEncoder().encode(this.#text);
      return { lines: { data, shape: [data.length] } };
    },
    restore: async ({ lines }) => {
      const text = new TextDecoder().decode(Uint8Array.from(lines.data));
      for (const line of text.split('\n').filter(Boolean)) this.records.push(JSON.parse(line));
      await writeFile(this.#path, this.#text); // without the epochs after the checkpoint
    },
  };

  constructor(folder: string) {
    this.#path = join(folder, 'history.jsonl');
  }

  /** Begins the file with the first epoch, also where a run of before its first checkpoint has left one. */
  async onEpochBegin(epoch: number): Promise<void> {
    this.#start = performance.now();
    if (epoch === 0) await writeFile(this.#path, '');
  }

  async onEpochEnd(epoch: number, logs: Logs): Promise<void> {
    const seconds = Math.round(performance.now() - this.#start) / 1000;
    const record = { epoch: epoch + 1, seconds, ...logs };
    this.records.push(record);
    await appendFile(this.#path, lineOf(record));
  }

  get #text(): string {
    return this.records.map(lineOf).join('');
  }
}

const lineOf = (record: EpochRecord): string => `${JSON.stringify(record)}\n`;

/** Reads the model of a run. @throws ValueError if the folder holds none. */
export async function readModelFiles(folder: string): Promise<ModelFiles> {
  const json = join(folder, 'model.json');
  if (!existsSync(json)) {
    throw new ValueError({
      op: 'predict',
      got: `no file ${json}`,
      expected: 'the folder of a finished run, with model.json and weights.safetensors',
      fix: 'Name a folder that `dawngrad train` wrote.',
    });
  }
  return {
    'model.json': await readFile(json, 'utf8'),
    'weights.safetensors': await readFile(join(folder, 'weights.safetensors')),
  };
}
