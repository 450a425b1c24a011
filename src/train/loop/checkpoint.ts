import { ValueError } from '../../core/errors.ts';
import { enterStep } from '../../core/random/state.ts';
import { formatShape, sameShape } from '../../core/shape.ts';
import type { HostArray } from '../../core/tensor/tensor.ts';
import { version } from '../../core/version.ts';
import { type Bytes, readSafetensors, writeSafetensors } from '../../data/files/safetensors.ts';
import { isRecord, isWhole, parseJson } from '../../io/json.ts';
import { type Callback, type FittedModel, memoriesOf } from '../callbacks/callback.ts';
import { serializable } from '../files/save.ts';
import type { Place } from './guard.ts';
import { stateOf } from './snapshot.ts';
import type { Sums } from './stepValues.ts';
import { reportsOf } from './trainStep.ts';

/** The files of a checkpoint. */
export interface CheckpointFiles {
  readonly 'checkpoint.safetensors': Uint8Array;
}

/** When `fit` saves checkpoints (default: after every epoch), and how. */
export interface CheckpointOptions {
  /** Saves every this many steps. */
  readonly everySteps?: number;
  /** Saves after the first step that ends this many seconds after the last checkpoint. */
  readonly everySeconds?: number;
  /** Called with the files and awaited; `toFolder('run')` makes one that writes them. */
  readonly save: (files: CheckpointFiles) => void | Promise<void>;
}

/** What must be the same in a resumed run for the same bits. */
interface Conditions {
  /** Name and options; the learning rate as it was before callbacks changed it. */
  readonly optimizer: object;
  readonly loss: object;
  /** The names of the values that a step reports. */
  readonly metrics: string;
  /** Kind and options of the layers, by name. */
  readonly layers: object;
  readonly samples: number;
  readonly weighted: boolean;
  readonly validationSamples: number;
  readonly batchSize: number;
  readonly shuffle: boolean;
  readonly seed: number;
  /** The version of dawngrad, because kernels differ between versions. */
  readonly version: string;
  /** The backend, and names and driver of the adapter. */
  readonly device: object;
}

/** The state of a run, besides its tensors. */
interface Progress {
  readonly place: Place;
  readonly epochs: readonly number[];
  /** Whether a callback has stopped the run. */
  readonly stopped: boolean;
  /** The optimizer's calls, and its rate if that is a number. */
  readonly calls: number;
  readonly learningRate: number | null;
  /** The number of updates before each weight joined the optimizer. */
  readonly joined: readonly number[];
  /** The generator's step, its next stream, and the stream that shuffled the epoch. */
  readonly step: number;
  readonly stream: number;
  readonly orderStream: number;
  /** The streams of the nodes of the model. */
  readonly streams: readonly number[];
}

const FORMAT = 'dawngrad checkpoint 5';

interface Header extends Conditions, Progress {
  readonly format: string;
}

/** The state of a run before a step, from which it can be resumed with the same bits. */
export interface Checkpoint extends Progress {
  readonly history: Readonly<Record<string, readonly number[]>>;
  /** Totals of the epoch's steps so far. */
  readonly sums: Sums;
  readonly tensors: Readonly<Record<string, HostArray>>;
}

/** What a run saves in a checkpoint. */
export interface RunState {
  readonly model: FittedModel;
  readonly callbacks: readonly Callback[];
  readonly samples: number;
  readonly weighted: boolean;
  readonly validationSamples: number;
  readonly batchSize: number;
  readonly shuffle: boolean;
  readonly place: Place;
  readonly orderStream: number;
  readonly epochs: readonly number[];
  readonly history: Readonly<Record<string, readonly number[]>>;
  readonly sums: Sums;
}

/**
 * Packs a checkpoint: state, totals and memories of callbacks as tensors, the rest in the metadata, with a checksum over both.
 * Undefined if a weight is not finite: such a run cannot be resumed.
 */
export async function packCheckpoint(run: RunState): Promise<Uint8Array | undefined> {
  const { model, callbacks, place, orderStream, epochs, history, sums } = run;
  const { optimizer, random } = model;
  const { learningRate, calls, joined } = optimizer;
  const header: Header = {
    format: FORMAT,
    ...conditionsOf(run),
    place,
    epochs,
    stopped: model.stopTraining,
    calls,
    learningRate: typeof learningRate === 'number' ? learningRate : null,
    joined,
    step: random.step,
    stream: random.peekStream(),
    orderStream,
    streams: model.streams,
  };
  const tensors: Record<string, HostArray> = { steps: vector([sums.steps]) };
  sums.totals.forEach(({ values, weight }, i) => {
    tensors[`totals/${i}`] = vector([weight, ...values]);
  });
  for (const [name, values] of Object.entries(history)) tensors[`history/${name}`] = vector(values);
  const state = Object.entries(stateOf(model.compiled));
  const numbers = await Promise.all(state.map(([, t]) => t.data()));
  if (numbers.some((values) => values.some((value) => !Number.isFinite(value)))) return undefined;
  state.forEach(([name, { shape }], i) => {
    tensors[name] = { data: numbers[i], shape };
  });
  for (const [name, memory] of memoriesOf(callbacks)) {
    const saved = await memory.save();
    for (const [key, array] of Object.entries(saved)) tensors[`${name}/${key}`] = array;
  }
  return seal(tensors, JSON.stringify(header));
}

/** Reads a checkpoint. @throws ValueError if the file is damaged or of another format or version. */
export async function readCheckpoint(file: Bytes): Promise<Header & Checkpoint> {
  const { tensors, metadata } = readSafetensors(file);
  const { checkpoint, sha256 } = metadata;
  const [, format] = /^{"format":"([^"]*)"/.exec(checkpoint) ?? [];
  if (format !== FORMAT) {
    const got = format === undefined ? 'a safetensors file of another kind' : `a file of the format '${format}'`;
    throw foreign(got, `one of the format '${FORMAT}'`);
  }
  if (sha256 !== (await digest(writeSafetensors(tensors, { checkpoint })))) {
    throw foreign('contents that do not match their checksum', 'the file as it was written');
  }
  const header = parseJson(checkpoint);
  const names = isHeader(header) ? header.metrics.split(', ').map((_, i) => `totals/${i}`) : [];
  if (!isHeader(header) || ['steps', ...names].some((name) => tensors[name] === undefined)) {
    throw foreign('a header without the state of a run', 'the header of a checkpoint');
  }
  const totals = names.map((name) => {
    const [weight, ...values] = tensors[name].data;
    return { weight, values };
  });
  const history = Object.entries(tensors).filter(([name]) => name.startsWith('history/'));
  return {
    ...header,
    tensors,
    sums: { steps: tensors.steps.data[0], totals },
    history: Object.fromEntries(history.map(([name, { data }]) => [name.slice('history/'.length), Array.from(data)])),
  };
}

/** Whether a header has the state of a run. Its conditions are compared with the current ones later. */
function isHeader(header: unknown): header is Header {
  if (!isRecord(header) || !isRecord(header.place)) return false;
  const { metrics, place, epochs, stopped, calls, learningRate, joined, step, stream, orderStream, streams } = header;
  return (
    [place.epoch, place.batch, calls, step, stream, orderStream].every(isWhole) &&
    [epochs, joined, streams].every((list) => Array.isArray(list) && list.every(isWhole)) &&
    typeof metrics === 'string' &&
    typeof stopped === 'boolean' &&
    (learningRate === null || typeof learningRate === 'number')
  );
}

/**
 * Rejects a checkpoint of another run.
 * @param options `exact`: also rejects another device or version, which would lead to different bits.
 * @throws ValueError that names what differs.
 */
export function checkConditions(checkpoint: Conditions, run: RunState, { exact }: { readonly exact: boolean }): void {
  const elsewhere = 'or accept other bits: exactResume: false, on the command line --inexact.';
  const fixes: Readonly<Record<keyof Conditions, string>> = {
    optimizer: 'Compile the model with the same optimizer and options.',
    loss: 'Compile the model with the same loss and options.',
    metrics: 'Compile the model with the same metrics, and give its layers the same penalties.',
    layers: 'Make the model of the same layers with the same options.',
    samples: 'Pass the same data, with the same split.',
    weighted: 'Pass sampleWeight or classWeight if the run had them, and only then.',
    validationSamples: 'Pass the same validation data.',
    batchSize: 'Pass the same batchSize.',
    shuffle: 'Pass the same shuffle.',
    seed: `Call init({ seed: ${checkpoint.seed} }).`,
    version: `Use that version of dawngrad, ${elsewhere}`,
    device: `Use that device, ${elsewhere}`,
  };
  const now: Conditions = JSON.parse(JSON.stringify(conditionsOf(run))); // like the conditions in the file
  for (const [name, fix] of Object.entries(fixes)) {
    const key = name as keyof Conditions; // fixes has no others
    if (!exact && (key === 'version' || key === 'device')) continue;
    const [difference] = differencesOf(key, now[key], checkpoint[key]);
    if (difference === undefined) continue;
    const { got, expected } = difference;
    throw new ValueError({ op: 'resume', got, expected: `${expected}, as in the saved run`, fix });
  }
}

/** The differences of two JSON values, with paths for the fields of objects: `optimizer.beta1 0.8`, expected `0.9`. */
function differencesOf(path: string, now: unknown, before: unknown): { got: string; expected: string }[] {
  if (isRecord(now) && isRecord(before)) {
    return Object.keys({ ...now, ...before }).flatMap((key) => differencesOf(`${path}.${key}`, now[key], before[key]));
  }
  const [got, expected] = [now, before].map((value) => JSON.stringify(value) ?? 'nothing');
  return got === expected ? [] : [{ got: `${path} ${got}`, expected }];
}

/** Restores tensors and counters; the optimizer must be built. @throws ValueError if tensors do not match the layers. */
export async function restoreCheckpoint(
  checkpoint: Checkpoint,
  model: FittedModel,
  callbacks: readonly Callback[],
): Promise<void> {
  const { tensors, stopped, calls, learningRate, joined, step } = checkpoint;
  model.optimizer.joined = joined;
  const state = stateOf(model.compiled);
  const saved = Object.keys(tensors).filter((name) => /^(weights|optimizer)\//.test(name));
  const wrong = [...saved, ...Object.keys(state)].find(
    (name) => !state[name] || !tensors[name] || !sameShape(state[name].shape, tensors[name].shape),
  );
  if (wrong !== undefined) {
    const shapeOf = (shape?: readonly number[]): string => (shape ? formatShape(shape) : 'nothing');
    throw new ValueError({
      op: 'resume',
      got: `${shapeOf(tensors[wrong]?.shape)} for ${wrong}`,
      expected: `${shapeOf(state[wrong]?.shape)}, its shape in the model and optimizer`,
      fix: 'Make the model and optimizer of the saved run.',
    });
  }
  for (const [name, t] of Object.entries(state)) t.assign(tensors[name].data);
  const { optimizer, device, random } = model;
  model.stopTraining = stopped;
  optimizer.calls = calls;
  if (learningRate !== null) optimizer.learningRate = learningRate;
  enterStep(random, device, step);
  for (const [name, memory] of memoriesOf(callbacks)) {
    const own = Object.entries(tensors).filter(([key]) => key.startsWith(`${name}/`));
    if (own.length === 0) {
      throw new ValueError({
        op: 'resume',
        got: `the ${name.replace('/', ' ')}, which the checkpoint does not have`,
        expected: 'the callbacks of the saved run, in the same order',
        fix: 'Pass the same callbacks.',
      });
    }
    await memory.restore(Object.fromEntries(own.map(([key, array]) => [key.slice(name.length + 1), array])));
  }
}

function conditionsOf({ model, samples, weighted, validationSamples, batchSize, shuffle }: RunState): Conditions {
  const { optimizer, loss } = model.compiled;
  const { info } = model.device;
  return {
    optimizer: optimizer.config(),
    loss: { name: loss.name, ...loss.config },
    metrics: reportsOf(model.compiled)
      .map(({ name }) => name)
      .join(', '),
    layers: Object.fromEntries(
      model.layers.map(({ kind, options, trainable }, i) => [
        model.names[i],
        { kind, ...serializable(options), name: undefined, trainable },
      ]),
    ),
    samples,
    weighted,
    validationSamples,
    batchSize,
    shuffle,
    seed: model.random.seed,
    version,
    device: { backend: info.backend, ...info.adapter },
  };
}

const vector = (values: readonly number[]): HostArray => ({ data: Float64Array.from(values), shape: [values.length] });

/** Packs tensors with a header and a checksum over both. */
async function seal(tensors: Readonly<Record<string, HostArray>>, checkpoint: string): Promise<Uint8Array> {
  const sha256 = await digest(writeSafetensors(tensors, { checkpoint }));
  return writeSafetensors(tensors, { checkpoint, sha256 });
}

async function digest(bytes: Uint8Array): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', Uint8Array.from(bytes));
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

const foreign = (got: string, expected: string): ValueError =>
  new ValueError({
    op: 'resume',
    got,
    expected,
    fix: 'The file is damaged, or not a checkpoint of this version.',
  });
