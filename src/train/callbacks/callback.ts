import { checkValue, flag, func, show, suggestion } from '../../core/checks.ts';
import { DeviceError, FaultError, ValueError } from '../../core/errors.ts';
import type { HostArray, Tensor } from '../../core/tensor/tensor.ts';
import type { Samples } from '../../data/dataset/dataset.ts';
import type { Network } from '../../nn/network/network.ts';
import type { Optimizer } from '../../optim/index.ts';
import type { BatchOptions, EvaluateOptions } from '../batchOptions.ts';
import type { ModelFiles } from '../files/save.ts';
import type { Inspection } from '../loop/inspect.ts';
import type { Trainable } from '../trainable.ts';

/** Numbers of an epoch by name: `loss`, `penalty`, each metric, and the same with `val_` for the validation data. */
export type Logs = Readonly<Record<string, number>>;

/** The index and size of a batch; loss and metrics only if they were just read, which happens a few times a second. */
export type BatchLogs = Readonly<{ batch: number; size: number } & Partial<Record<string, number>>>;

/** The state of a callback, saved in checkpoints. */
export interface Memory {
  /** Identifies the callback in the checkpoint. */
  readonly name: string;
  /** Returns the state as named arrays. */
  save(): Promise<Readonly<Record<string, HostArray>>>;
  /** Restores what `save` returned; called after `onTrainBegin`. */
  restore(saved: Readonly<Record<string, HostArray>>): void | Promise<void>;
}

/** A model as callbacks see it while `fit` trains it: the members of `Model` that can be used then. */
export interface FittedModel extends Network {
  /** If set to true, `fit` stops after the current step. */
  stopTraining: boolean;
  readonly compiled: Trainable;
  readonly optimizer: Optimizer;
  evaluate(x: Samples, y: Samples, options?: EvaluateOptions): Promise<Record<string, number>>;
  predict(x: Samples | readonly Samples[], options?: BatchOptions): Promise<Tensor>;
  save(folder?: string): Promise<ModelFiles>;
}

/** The length of a run. */
export interface RunParams {
  /** The option `epochs` of `fit`. */
  readonly epochs: number;
  /** Steps per epoch. */
  readonly steps: number;
}

/**
 * Hooks that `fit` calls between steps; all are optional and can be async. Epochs and batches count from 0. `logs` has the numbers
 * of the epoch or batch that ended; at a beginning it has no loss or metrics.
 */
export interface Callback {
  /** The state to save in checkpoints; default none. */
  readonly memory?: Memory;
  /** Called first, with the model. */
  setModel?(model: FittedModel): void;
  /** Called next. */
  setParams?(params: RunParams): void;
  onTrainBegin?(logs: Logs): void | Promise<void>;
  onTrainEnd?(logs: Logs): void | Promise<void>;
  /** Called last, even if the run failed, to free resources. */
  onTrainExit?(): void | Promise<void>;
  onEpochBegin?(epoch: number, logs: Logs): void | Promise<void>;
  onEpochEnd?(epoch: number, logs: Logs): void | Promise<void>;
  onBatchBegin?(batch: number, logs: BatchLogs): void | Promise<void>;
  onBatchEnd?(batch: number, logs: BatchLogs): void | Promise<void>;
  /** Whether `onInspection` is called for a step of the run, counted from 0. */
  wantsInspection?(step: number): boolean;
  /** Called before such a step, with its tensors, which are freed afterwards. */
  onInspection?(step: number, inspection: Inspection): void | Promise<void>;
}

/** The hooks that mark stages of a run. */
export const HOOKS = [
  'onTrainBegin',
  'onTrainEnd',
  'onEpochBegin',
  'onEpochEnd',
  'onBatchBegin',
  'onBatchEnd',
] as const;

const METHODS = [...HOOKS, 'onTrainExit', 'setModel', 'setParams', 'onInspection', 'wantsInspection'] as const;
type Method = (typeof METHODS)[number];

/** The name of a callback in messages: `callback 2 (EarlyStopping)`. */
function nameOf(callback: object, i: number): string {
  const { name = '' } = callback.constructor ?? {};
  return `callback ${i + 1}${name === '' || name === 'Object' ? '' : ` (${name.replace(/^_/, '')})`}`; // bundlers add the underscore
}

/** The names of an object's methods, inherited ones included. */
function methodsOf(callback: object): string[] {
  const names: string[] = [];
  for (let of = callback; of !== null && of !== Object.prototype; of = Object.getPrototypeOf(of)) {
    const own = Object.entries(Object.getOwnPropertyDescriptors(of));
    names.push(...own.flatMap(([name, { value }]) => (typeof value === 'function' ? [name] : [])));
  }
  return names;
}

/** Rejects anything but a list of callbacks, and unknown hooks. @throws ValueError that names the callback. */
export function checkCallbacks(callbacks: unknown): void {
  checkValue('fit', 'callbacks', callbacks, [Array.isArray, 'a list of callbacks: [earlyStopping()]']);
  (callbacks as unknown[]).forEach((callback, i) => {
    if (typeof callback !== 'object' || callback === null) {
      throw new ValueError({
        op: 'fit',
        got: `${show(callback)} as callback ${i + 1}`,
        expected: 'an object with a hook such as onEpochEnd',
        fix: 'Pass what earlyStopping() or lambdaCallback({ onEpochEnd: ... }) returns, for example.',
      });
    }
    const op = nameOf(callback, i);
    for (const method of METHODS) {
      const value: unknown = Reflect.get(callback, method);
      if (value !== undefined) checkValue(op, method, value, func);
    }
    const methods = methodsOf(callback);
    const isKnown = (name: string): boolean => METHODS.some((method) => method === name);
    const isHook = (name: string): boolean =>
      /^on([A-Z]|_)/.test(name) || (/^on/.test(name) && suggestion(name, METHODS) !== '');
    const stranger = methods.find((name) => isHook(name) && !isKnown(name));
    if (stranger === undefined && methods.some(isKnown)) return;
    throw new ValueError({
      op,
      got: stranger === undefined ? 'an object without a hook' : `a method ${stranger}, which fit never calls`,
      expected: `only the hooks ${METHODS.join(', ')}`,
      fix: `${stranger === undefined ? '' : suggestion(stranger, METHODS)}Correct its name.`,
    });
  });
}

/** The states of a run's callbacks, by unique names. */
export const memoriesOf = (callbacks: readonly Callback[]): [name: string, memory: Memory][] =>
  callbacks.flatMap(({ memory }, i) => (memory === undefined ? [] : [[`callback ${i + 1}/${memory.name}`, memory]]));

/** Adds the callback's name to an error that it threw; the engine's own errors already name their source. */
function blame(error: unknown, callback: Callback, i: number, method: string): unknown {
  if (error instanceof FaultError || error instanceof DeviceError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new Error(`fit: ${nameOf(callback, i)} failed in ${method}: ${message}`, { cause: error });
}

/** Calls a method of every callback in order; awaits only those that are async. */
export async function each<Name extends Exclude<Method, 'wantsInspection'>>(
  callbacks: readonly Callback[],
  name: Name,
  ...given: Parameters<Required<Callback>[Name]>
): Promise<void> {
  for (const [i, callback] of callbacks.entries()) {
    const method: unknown = callback[name];
    if (typeof method !== 'function') continue;
    try {
      const result: unknown = Reflect.apply(method, callback, given);
      if (result !== undefined) await result;
    } catch (error) {
      throw blame(error, callback, i, name);
    }
  }
}

/** The callbacks that inspect a step. Others become empty, so that their numbers in messages stay correct. */
export const inspectorsOf = (callbacks: readonly Callback[], step: number): Callback[] =>
  callbacks.map((callback, i) => {
    let wants: unknown;
    try {
      wants = callback.wantsInspection?.(step) ?? false;
    } catch (error) {
      throw blame(error, callback, i, 'wantsInspection');
    }
    checkValue(nameOf(callback, i), 'the result of wantsInspection', wants, flag);
    return wants ? callback : {};
  });
