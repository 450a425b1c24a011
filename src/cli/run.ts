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

/** The contents of config.json. */
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
  /** The names of all devices that it ran on, in order. */
  readonly devices: readonly string[];
}

/** A line of history.jsonl: `epoch` (from 1), `seconds`, `loss`, `accuracy` and, with validation, `val_loss`, `val_accuracy`. */
export type EpochRecord = Readonly<Record<string, number>>;

/** Creates a new folder, named by the local time: `runs/2026-11-23-18-05-59`. */
async function makeDefaultFolder(): Promise<string> {
  const name = join('runs', new Date().toLocaleString('sv').replace(/[ :]/g, '-'));
  await mkdir('runs', { recursive: true });
  for (let i = 1; ; i++) {
    const folder = i === 1 ? name : `${name}-${i}`;
    try {
      await mkdir(folder);
      return folder;
    } catch (error) {
      if (!existsSync(folder)) throw error; // otherwise another run took the name in the same second
    }
  }
}

/**
 * Creates the folder of a run (default: a new one), locks it until this process ends, and writes its config.json.
 * @throws ValueError if the folder already holds a run.
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
      fix: 'Name another folder, or omit --out.',
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
  /** The options in its config. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Its last checkpoint, if it wrote one. */
  readonly checkpoint: Uint8Array | undefined;
}

const CONFIG = 'config.json';
const CHECKPOINT = 'checkpoint.safetensors';
/** The last file that a run writes. */
const REPORT = 'report.html';

/**
 * Reads a run to resume, and locks its folder until this process ends.
 * @throws ValueError if the folder holds no run, or a complete one.
 */
export async function readUnfinished(folder: string): Promise<Unfinished> {
  const refuse = (got: string): never => {
    const expected = 'the folder of an interrupted run';
    throw new ValueError({ op: 'train', got, expected, fix: 'Correct --resume, or start a new run without it.' });
  };
  const file = join(folder, CONFIG);
  if (!existsSync(file)) refuse(`no file ${file}`);
  await lockFolder('train', folder);
  const path = join(folder, CHECKPOINT);
  const checkpoint = existsSync(path) ? await readFile(path) : undefined;
  if (checkpoint === undefined && existsSync(join(folder, REPORT))) refuse(`--resume ${folder}, a complete run`);
  const config = parseJson(await readFile(file, 'utf8'));
  if (!isRecord(config) || !isRecord(config.options)) return refuse(`a damaged ${file}`);
  return { folder, config, options: config.options, checkpoint };
}

/** Adds this device to the devices of the run in config.json, and returns their names in order. */
export async function addDevice({ folder, config }: Unfinished, device: string): Promise<readonly string[]> {
  const { devices } = config;
  const before = Array.isArray(devices) ? devices.map(String) : [];
  if (before.at(-1) === device) return before;
  await writeConfig(folder, { ...config, devices: [...before, device] });
  return [...before, device];
}

/** Writes the report, and removes the checkpoint unless the run was interrupted. */
export async function writeReport(
  folder: string,
  report: string,
  { interrupted }: { readonly interrupted: boolean },
): Promise<string> {
  await toFolder(folder)({ [REPORT]: report });
  if (!interrupted) await rm(join(folder, CHECKPOINT), { force: true });
  return join(folder, REPORT);
}

/** Writes a line per epoch to history.jsonl during training. */
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

  /** Starts a new file at epoch 0, even if a run that stopped before its first checkpoint left one. */
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

/** Reads the model of a run. @throws ValueError if the folder has no model. */
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
