import type { HostArray } from '../tensor.ts';
import type { Inspection } from './inspect.ts';
import type { Model } from './model.ts';

/** Numbers of an epoch or batch by name: `loss`, each metric, and the same with `val_` for the validation data. */
export type Logs = Readonly<Record<string, number>>;

/** What a batch hook is told; loss and metrics only where they have just been read, a few times a second. */
export type BatchLogs = Readonly<{ batch: number; size: number } & Partial<Record<string, number>>>;

/** What a callback has to remember when a run goes on from a checkpoint. */
export interface Memory {
  /** To tell the callbacks of a run apart. */
  readonly name: string;
  save(): Promise<Readonly<Record<string, HostArray>>>;
  /** Takes back what `save` returned; called after `onTrainBegin`. */
  restore(saved: Readonly<Record<string, HostArray>>): void | Promise<void>;
}

/** Code that runs between the steps of `fit`; every hook is optional and may be async. */
export interface Callback {
  /** Default: nothing, as for one that only looks on. */
  readonly memory?: Memory;
  /** Called first, with the model that is fitted. */
  setModel?(model: Model): void;
  onTrainBegin?(logs: Logs): void | Promise<void>;
  onTrainEnd?(logs: Logs): void | Promise<void>;
  onEpochBegin?(epoch: number, logs: Logs): void | Promise<void>;
  onEpochEnd?(epoch: number, logs: Logs): void | Promise<void>;
  onBatchBegin?(batch: number, logs: BatchLogs): void | Promise<void>;
  onBatchEnd?(batch: number, logs: BatchLogs): void | Promise<void>;
  /** Whether it wants to see inside a step of the run, counted from 0. */
  wantsInspection?(step: number): boolean;
  /** Called before such a step, with tensors that are freed afterwards. */
  onInspection?(step: number, inspection: Inspection): void | Promise<void>;
}

/** The hooks that say where a run is. */
export const HOOKS = [
  'onTrainBegin',
  'onTrainEnd',
  'onEpochBegin',
  'onEpochEnd',
  'onBatchBegin',
  'onBatchEnd',
] as const;

/** What the callbacks of a run remember, each by a name of its own. */
export const memoriesOf = (callbacks: readonly Callback[]): [name: string, memory: Memory][] =>
  callbacks.flatMap(({ memory }, i) => (memory === undefined ? [] : [[`callback ${i + 1}/${memory.name}`, memory]]));

/** Runs one hook of every callback, in their order; waits only for those that are async. */
export async function each(
  callbacks: readonly Callback[],
  hook: (callback: Callback) => void | Promise<void>,
): Promise<void> {
  for (const callback of callbacks) {
    const result = hook(callback);
    if (result instanceof Promise) await result;
  }
}
