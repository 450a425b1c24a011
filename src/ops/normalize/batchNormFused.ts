import philoxWgsl from '../../../shaders/lib/philox.wgsl';
import specialWgsl from '../../../shaders/lib/special.wgsl';
import forwardWgsl from '../../../shaders/normalize/batch_norm.wgsl';
import backwardWgsl from '../../../shaders/normalize/batch_norm_backward.wgsl';
import keptWgsl from '../../../shaders/random/kept.wgsl';
import kept4Wgsl from '../../../shaders/random/kept4.wgsl';
import type { BatchNormAttributes } from '../../backends/cpu/reference/normalize/batchNorm.ts';
import type { DropoutAttributes } from '../../backends/cpu/reference/random/dropout.ts';
import type { Device } from '../../core/device.ts';
import { ShapeError } from '../../core/errors.ts';
import { drawnOn, drawOn } from '../../core/random/state.ts';
import { formatShape, normalizeAxis, type Shape, sameShape, viewAround } from '../../core/shape.ts';
import { emptyOn, type Tensor } from '../../core/tensor/tensor.ts';
import { add, div, mul } from '../elementwise/binary.ts';
import { sqrt } from '../elementwise/unary.ts';
import { SOFTWARE_WORKGROUP } from '../lib/rows.ts';
import { vectorsOf } from '../lib/vectors.ts';
import { concat, reshape } from '../movement/strided.ts';
import { defineOp, type Run } from '../op.ts';
import { dropoutParams } from '../random/dropoutParams.ts';

const SHADER = [philoxWgsl, specialWgsl, forwardWgsl, backwardWgsl];

/** Workgroups that keep a GPU busy; with fewer column tiles, each tile is split into parts. */
const ENOUGH_WORKGROUPS = 1024;
/** Each later pass merges all chunks, so there are few: at most one per lane of a hardware subgroup. */
const MOST_CHUNKS = 32;

/**
 * The size of a workgroup and of its tile of columns; the fewest elements per invocation that justify another chunk or
 * slab; and how many times over the slabs, which are short, fill a GPU (`rounds`). On a GPU neighbouring columns make
 * full memory transactions. In software each invocation has its own column, because a barrier costs more than the work.
 */
const blockFor = ({ info }: Device) =>
  info.adapter.software
    ? {
        workgroupSize: SOFTWARE_WORKGROUP,
        widestTile: SOFTWARE_WORKGROUP,
        shortestChunk: 256,
        shortestSlab: 64,
        rounds: 1,
      }
    : { workgroupSize: 256, widestTile: 8, shortestChunk: 8, shortestSlab: 4, rounds: 8 };

/** Sources, parameters and grids for x; `state` is the generator's state, for dropout. See batch_norm.wgsl. */
function layout({ shape, device }: Tensor, attributes: BatchNormAttributes, state: Tensor) {
  const { axis, epsilon, relu, dropout, gain = 0 } = attributes;
  const { workgroupSize, widestTile, shortestChunk, shortestSlab, rounds } = blockFor(device);
  const { outer, length: channels, inner } = viewAround(shape, axis);
  const n = outer * inner;
  const width = inner === 1 && channels % 4 === 0 ? 4 : 1;
  const columns = channels / width;
  const tile = inner > 1 ? 1 : Math.min(widestTile, 2 ** Math.ceil(Math.log2(Math.max(1, columns))));
  const tiles = Math.ceil(columns / tile);
  const lanes = workgroupSize / tile;
  const split = (shortest: number, most: number, enough: number): { count: number; length: number } => {
    const wanted = Math.max(1, Math.floor(Math.min(most, enough / Math.max(1, tiles), n / (lanes * shortest))));
    const length = Math.ceil(n / wanted);
    return { count: Math.max(1, Math.ceil(n / Math.max(1, length))), length };
  };
  const chunks = split(shortestChunk, MOST_CHUNKS, ENOUGH_WORKGROUPS);
  const slabs = split(shortestSlab, ENOUGH_WORKGROUPS, rounds * ENOUGH_WORKGROUPS);
  const options = {
    uniforms: [state],
    sources: [width === 4 ? kept4Wgsl : keptWgsl],
    params: {
      ...{ n, columns, inner, epsilon, gain, chunks: chunks.count, chunk_length: chunks.length },
      ...{ slabs: slabs.count, slab_length: slabs.length, ...dropoutParams(dropout ?? { rate: 0, stream: 0 }) },
    },
    constants: {
      ...vectorsOf(width),
      WORKGROUP_SIZE: workgroupSize,
      TILE: tile,
      RELU: `${relu}`,
      DROPOUT: `${dropout !== undefined}`,
    },
  };
  return {
    channels,
    chunks: chunks.count,
    perChunk: { ...options, grid: { workgroups: n === 0 ? 0 : tiles * chunks.count } },
    perSlab: { ...options, grid: { workgroups: tiles * slabs.count } },
  };
}

/** Returns y and what the gradients read, `[4, channels]`: mean, variance, gamma, beta. */
function forward(
  run: Run,
  [x, gamma, beta, state, ...moving]: readonly Tensor[],
  attributes: BatchNormAttributes,
): Tensor[] {
  const { channels, chunks, perChunk, perSlab } = layout(x, attributes, state);
  const parts = run('statistics', [x], { shape: [chunks, 2, channels], ...perChunk });
  const outputs = [x.shape, [4, channels]].map((shape) => emptyOn(x.device, shape));
  const entry = moving.length > 0 ? 'forward_and_track' : 'forward';
  run.into(entry, [x, parts, gamma, beta], [...outputs, ...moving], perSlab);
  return outputs;
}

/** The gradients of x, gamma and beta; `given` if the statistics do not depend on x. */
function gradients(
  run: Run,
  { x, dy, saved }: Readonly<Record<'x' | 'dy' | 'saved', Tensor>>,
  attributes: BatchNormAttributes,
  given: boolean,
): Tensor[] {
  const { channels, chunks, perChunk, perSlab } = layout(x, attributes, drawnOn(x.device));
  const parts = run('sums', [x, dy, saved], { shape: [chunks, 2, channels], ...perChunk });
  const constants = { ...perSlab.constants, GIVEN: `${given}` };
  const shapes = [x.shape, [channels], [channels]];
  return run.several('backward', [x, dy, saved, parts], { shapes, ...perSlab, constants });
}

function shapeRule(op: string, [x, ...vectors]: readonly Shape[], { axis }: BatchNormAttributes): Shape {
  const expected = [x[axis]];
  const wrong = vectors.find((vector) => !sameShape(vector, expected));
  if (wrong !== undefined) {
    throw new ShapeError({
      op,
      got: `x ${formatShape(x)} and a vector of shape ${formatShape(wrong)}`,
      expected: `one number per channel, ${formatShape(expected)}, the length of axis ${axis} of x`,
      fix: 'Correct the vector, or set the option axis to the axis of the channels.',
    });
  }
  return x;
}

/** Inputs: x, gamma, beta, the generator's state, and the running mean and variance, which are updated in place. */
const trainingOp = defineOp<readonly Tensor[], BatchNormAttributes>({
  name: 'batchNormTraining',
  shader: SHADER,
  reference: ({ batchNormTraining }) => batchNormTraining,
  dtypes: [['f32'], ['f32'], ['f32'], ['i32'], ['f32']],
  shape: ([x, gamma, beta, , ...moving], attributes) =>
    shapeRule('batchNormTraining', [x, gamma, beta, ...moving], attributes),
  forward: (run, inputs, attributes) => forward(run, inputs, attributes),
  backward: (run, dy, { inputs: [x], outputs: [, saved], attributes }) =>
    gradients(run, { x, dy, saved }, attributes, false),
});

export const batchNormGiven = defineOp<
  [x: Tensor, gamma: Tensor, beta: Tensor, mean: Tensor, variance: Tensor],
  BatchNormAttributes
>({
  name: 'batchNorm',
  shader: SHADER,
  reference: ({ batchNorm }) => batchNorm,
  shape: (shapes, attributes) => shapeRule('batchNorm', shapes, attributes),
  forward: (run, inputs, attributes) => {
    const [{ device }] = inputs;
    const { perSlab } = layout(inputs[0], attributes, drawOn(device));
    return run('normalise', inputs, { shape: inputs[0].shape, ...perSlab });
  },
  backward: (run, dy, { inputs: [x, gamma, beta, mean, variance], attributes, needs }) => {
    const saved = concat([mean, variance, gamma, beta].map((vector) => reshape(vector, [1, -1])));
    const [dx, dgamma, dbeta] = gradients(run, { x, dy, saved }, attributes, true);
    const spread = add(variance, attributes.epsilon);
    return [
      dx,
      dgamma,
      dbeta,
      needs[3] ? mul(div(mul(gamma, dbeta), sqrt(spread)), -1) : undefined,
      needs[4] ? mul(div(mul(gamma, dgamma), spread), -0.5) : undefined,
    ];
  },
});

/** Options of batch normalization. */
export interface BatchNormOptions {
  /** Added to the variance; default 1e-3 as in Keras; PyTorch and ONNX have 1e-5. */
  readonly epsilon?: number;
  /** The axis of the channels; default the last. */
  readonly axis?: number;
  /** Applied last, in the same pass; default none. */
  readonly activation?: 'relu';
}

export const batchNormAttributes = (
  op: string,
  x: Tensor,
  { epsilon = 1e-3, axis = -1, activation }: BatchNormOptions,
) => ({
  axis: normalizeAxis(op, axis, x.ndim),
  epsilon,
  relu: activation === 'relu',
});

/**
 * Extra options of a layer: the running statistics, which move by the fraction `gain` of their distance, and dropout at
 * the end.
 */
interface LayerOptions extends BatchNormOptions {
  readonly moving?: { readonly mean: Tensor; readonly variance: Tensor; readonly gain: number };
  readonly dropout?: DropoutAttributes;
}

/**
 * The whole layer in one pass: `batchNormTraining`, activation, dropout and the update of the running statistics.
 * Returns y and `[4, channels]`: mean, variance, gamma, beta.
 */
export function batchNormLayer(
  x: Tensor,
  gamma: Tensor,
  beta: Tensor,
  { moving, dropout, ...options }: LayerOptions,
): readonly Tensor[] {
  const attributes = {
    ...batchNormAttributes('batchNormTraining', x, options),
    ...(dropout && { dropout }),
    ...(moving && { gain: moving.gain }),
  };
  const state = drawOn(x.device); // bound even without dropout; a later layer may draw from it
  return trainingOp.outputs(x, gamma, beta, state, ...(moving ? [moving.mean, moving.variance] : []), attributes);
}
