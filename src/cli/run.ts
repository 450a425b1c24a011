import { existsSync } from 'node:fs';
import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DeviceInfo } from '../device.ts';
import { ValueError } from '../errors.ts';
import type { Shape } from '../shape.ts';
import type { Callback, Logs } from '../train/callbacks.ts';
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
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'config.json'), `${JSON.stringify(config, undefined, 2)}\n`);
}

/** Writes a line per epoch to history.jsonl, as training goes on. */
export class HistoryFile implements Callback {
  readonly records: EpochRecord[] = [];
  readonly #path: string;
  #start = 0;

  constructor(folder: string) {
    this.#path = join(folder, 'history.jsonl');
  }

  onEpochBegin(): void {
    this.#start = performance.now();
  }

  async onEpochEnd(epoch: number, logs: Logs): Promise<void> {
    const seconds = Math.round(performance.now() - this.#start) / 1000;
    const record = { epoch: epoch + 1, seconds, ...logs };
    this.records.push(record);
    await appendFile(this.#path, `${JSON.stringify(record)}\n`);
  }
}

/** Writes model.json and weights.safetensors. */
export async function writeModelFiles(folder: string, files: ModelFiles): Promise<void> {
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
}

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
