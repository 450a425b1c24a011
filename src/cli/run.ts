import { existsSync } from 'node:fs';
import { appendFile, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DeviceInfo } from '../device.ts';
import { ValueError } from '../errors.ts';
import type { Shape } from '../shape.ts';
import type { Callback, Logs, Memory } from '../train/callbacks.ts';
import { toFolder } from '../train/folder.ts';
import { isRecord } from '../train/json.ts';
import type { ModelFiles } from '../train/save.ts';
import type { TrainOptions } from './train.ts';

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
}

/** A line of history.jsonl: `epoch` (from 1), `seconds`, `loss`, `accuracy`, and the same with `val_`. */
export type EpochRecord = Readonly<Record<string, number>>;

/** `runs/2026-11-23-18-05-59`, in local time. */
export const defaultFolder = (now: Date): string => join('runs', now.toLocaleString('sv').replace(/[ :]/g, '-'));

/** Makes the folder of a run and writes its config.json. @throws ValueError if there is a run in it. */
export async function createRun(folder: string, config: RunConfig): Promise<void> {
  if (existsSync(join(folder, 'config.json'))) {
    throw new ValueError({
      op: 'train',
      got: `--out ${folder}, which holds a run`,
      expected: 'a new folder',
      fix: 'Name another one, or leave --out away.',
    });
  }
  await toFolder(folder)({ 'config.json': `${JSON.stringify(config, undefined, 2)}\n` });
}

/** A run that ended before it was complete. */
export interface Unfinished {
  /** As its config.json has them. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Its last checkpoint, if it came that far. */
  readonly checkpoint: Uint8Array | undefined;
}

const CHECKPOINT = 'checkpoint.safetensors';
/** The last file of a run to be written. */
const REPORT = 'report.html';

/** Reads a run to go on with. @throws ValueError if the folder holds none, or one that is complete. */
export async function readUnfinished(folder: string): Promise<Unfinished> {
  const refuse = (got: string): never => {
    const expected = 'the folder of a run that was interrupted';
    throw new ValueError({ op: 'train', got, expected, fix: 'Correct --resume, or start a new run without it.' });
  };
  const config = join(folder, 'config.json');
  if (!existsSync(config)) refuse(`no file ${config}`);
  if (existsSync(join(folder, REPORT))) refuse(`--resume ${folder}, a run that is complete`);
  const checkpoint = join(folder, CHECKPOINT);
  return {
    options: optionsOf(await readFile(config, 'utf8')) ?? refuse(`a damaged ${config}`),
    checkpoint: existsSync(checkpoint) ? await readFile(checkpoint) : undefined,
  };
}

/** The options in the text of a config.json, if it is one. */
function optionsOf(text: string): Unfinished['options'] | undefined {
  try {
    const config: unknown = JSON.parse(text);
    return isRecord(config) && isRecord(config.options) ? config.options : undefined;
  } catch {
    return undefined;
  }
}

/** Writes the report, with which a run is complete, and removes what was kept to go on. */
export async function completeRun(folder: string, report: string): Promise<string> {
  await toFolder(folder)({ [REPORT]: report });
  await rm(join(folder, CHECKPOINT), { force: true });
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
