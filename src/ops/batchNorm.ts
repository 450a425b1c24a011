import forwardWgsl from '../../shaders/batch_norm.wgsl';
import backwardWgsl from '../../shaders/batch_norm_backward.wgsl';
import type { Device } from '../device.ts';
import { ShapeError } from '../errors.ts';
import { defineOp, type Run } from '../op.ts';
import {
  type BatchNormAttributes,
  batchNorm as givenReference,
  batchNormTraining as reference,
} from '../reference/batchNorm.ts';
import { formatShape, normalizeAxis, type Shape, sameShape, viewAround } from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import { add, div, mul } from './binary.ts';
import { SOFTWARE_WORKGROUP } from './rows.ts';
import { runSeveral } from './several.ts';
import { sqrt } from './unary.ts';

const SHADER = [forwardWgsl, backwardWgsl];
/** Workgroups that keep a GPU busy; with fewer channels than that, each is cut into chunks. */
const ENOUGH_WORKGROUPS = 1024;

/**
 * A workgroup's invocations and channels: on a GPU as many as make whole memory transactions; in software one channel
 * each, without a barrier. `shortestWalk` elements per invocation are not worth another chunk.
 */
const blockFor = ({ info }: Device) =>
  info.adapter.software
    ? { workgroupSize: SOFTWARE_WORKGROUP, widestTile: SOFTWARE_WORKGROUP, shortestWalk: 256 }
    : { workgroupSize: 256, widestTile: 16, shortestWalk: 16 };

/** How the kernels divide [outer, channels, inner] among workgroups; see batch_norm.wgsl. */
function divide({ shape, device }: Tensor, { axis, epsilon, relu }: BatchNormAttributes) {
  const { workgroupSize, widestTile, shortestWalk } = blockFor(device);
  const { outer, length: channels, inner } = viewAround(shape, axis);
  const n = outer * inner;
  const tile = inner > 1 ? 1 : Math.min(widestTile, 2 ** Math.ceil(Math.log2(Math.max(1, channels))));
  const tiles = Math.ceil(channels / tile);
  const shortestChunk = (workgroupSize / tile) * shortestWalk;
  const wanted = Math.min(ENOUGH_WORKGROUPS / Math.max(1, tiles), n / shortestChunk);
  const chunkLength = Math.ceil(n / Math.max(1, Math.floor(wanted)));
  const chunks = Math.max(1, Math.ceil(n / Math.max(1, chunkLength)));
  const params = { n, channels, inner, chunks, chunk_length: chunkLength, epsilon };
  const constants = { WORKGROUP_SIZE: workgroupSize, TILE: tile, RELU: `${relu}` };
  return {
    chunks,
    ofChannels: [channels],
    ofChunks: chunks === 1 ? [channels] : [chunks, channels],
    perTile: { params, constants, grid: { workgroups: tiles } },
    perChunk: { params, constants, grid: { workgroups: tiles * chunks } },
  };
}

/** Mean and biased variance of each channel. */
function statistics(run: Run, x: Tensor, attributes: BatchNormAttributes): Tensor[] {
  const { chunks, ofChannels, ofChunks, perTile, perChunk } = divide(x, attributes);
  const parts = runSeveral(run, 'statistics', [x], { shapes: [ofChunks, ofChunks], ...perChunk });
  return chunks === 1
    ? parts
    : runSeveral(run, 'merge', [x, ...parts], { shapes: [ofChannels, ofChannels], ...perTile });
}

const normalise = (run: Run, inputs: readonly Tensor[], attributes: BatchNormAttributes): Tensor =>
  run('forward', inputs, { shape: inputs[0].shape, ...divide(inputs[0], attributes).perChunk });

/** The gradients of x, gamma and beta; `given` if the statistics do not depend on x. */
function gradients(
  run: Run,
  dy: Tensor,
  { x, y, gamma, mean, variance }: Readonly<Record<'x' | 'y' | 'gamma' | 'mean' | 'variance', Tensor>>,
  attributes: BatchNormAttributes,
  { given, needsX }: { readonly given: boolean; readonly needsX: boolean },
) {
  const { chunks, ofChannels, ofChunks, perTile, perChunk } = divide(x, attributes);
  const reads = [x, y, dy, mean, variance];
  const parts = runSeveral(run, 'sums', reads, {
    shapes: [ofChunks, ofChunks, [chunks, 2, ...ofChannels]],
    ...perChunk,
  });
  const [dgamma, dbeta, totals] =
    chunks === 1
      ? parts
      : runSeveral(run, 'merge_sums', [parts[2]], { shapes: [ofChannels, ofChannels, [2, ...ofChannels]], ...perTile });
  const constants = { ...perChunk.constants, GIVEN: `${given}` };
  const dx = needsX
    ? run('backward', [...reads, gamma, totals], { shape: x.shape, ...perChunk, constants })
    : undefined;
  return { dx, dgamma, dbeta };
}

function shapeRule(op: string, [x, ...vectors]: readonly Shape[], { axis }: BatchNormAttributes): Shape {
  const expected = [x[axis]];
  const wrong = vectors.find((vector) => !sameShape(vector, expected));
  if (wrong !== undefined) {
    throw new ShapeError({
      op,
      got: `x ${formatShape(x)} and a vector of shape ${formatShape(wrong)}`,
      expected: `one number per channel, ${formatShape(expected)}, as axis ${axis} of x has it`,
      fix: 'Correct the vector, or name the axis of the channels.',
    });
  }
  return x;
}

const trainingOp = defineOp<[x: Tensor, gamma: Tensor, beta: Tensor], BatchNormAttributes>({
  name: 'batchNormTraining',
  shader: SHADER,
  reference,
  shape: (shapes, attributes) => shapeRule('batchNormTraining', shapes, attributes),
  forward: (run, [x, gamma, beta], attributes) => {
    const [mean, variance] = statistics(run, x, attributes);
    return [normalise(run, [x, gamma, beta, mean, variance], attributes), mean, variance];
  },
  backward: (run, dy, { inputs: [x, gamma], outputs: [y, mean, variance], attributes, needs }) => {
    const tensors = { x, y, gamma, mean, variance };
    const { dx, dgamma, dbeta } = gradients(run, dy, tensors, attributes, { given: false, needsX: needs[0] });
    return [dx, dgamma, dbeta];
  },
});

const givenOp = defineOp<[x: Tensor, gamma: Tensor, beta: Tensor, mean: Tensor, variance: Tensor], BatchNormAttributes>(
  {
    name: 'batchNorm',
    shader: SHADER,
    reference: givenReference,
    shape: (shapes, attributes) => shapeRule('batchNorm', shapes, attributes),
    forward: (run, inputs, attributes) => normalise(run, inputs, attributes),
    backward: (run, dy, { inputs: [x, gamma, , mean, variance], y, attributes, needs }) => {
      const tensors = { x, y, gamma, mean, variance };
      const { dx, dgamma, dbeta } = gradients(run, dy, tensors, attributes, { given: true, needsX: needs[0] });
      const spread = add(variance, attributes.epsilon);
      return [
        dx,
        dgamma,
        dbeta,
        needs[3] ? mul(div(mul(gamma, dbeta), sqrt(spread)), -1) : undefined,
        needs[4] ? mul(div(mul(gamma, dgamma), spread), -0.5) : undefined,
      ];
    },
  },
);

export interface BatchNormOptions {
  /** Added to the variance; default 1e-3 as in Keras, PyTorch and ONNX have 1e-5. */
  readonly epsilon?: number;
  /** The axis of the channels; default the last. */
  readonly axis?: number;
  /** What follows in the same pass; default nothing. */
  readonly activation?: 'relu';
}

const attributesOf = (op: string, x: Tensor, { epsilon = 1e-3, axis = -1, activation }: BatchNormOptions) => ({
  axis: normalizeAxis(op, axis, x.ndim),
  epsilon,
  relu: activation === 'relu',
});

const trainingOutputs = (x: Tensor, gamma: Tensor, beta: Tensor, options: BatchNormOptions = {}): readonly Tensor[] =>
  trainingOp.outputs(x, gamma, beta, attributesOf('batchNormTraining', x, options));

/**
 * Batch normalisation with the statistics of the batch: `y = gamma (x - mean) / sqrt(variance + epsilon) + beta`,
 * mean and variance over all axes but that of the channels; the variance divides by n. The gradient goes through both.
 * @param x f32, rank 1 or more.
 * @param gamma scale per channel, `[channels]`; so is `beta`, the shift.
 * @returns y, the shape of `x`; `.outputs` gives `[y, mean, variance]`, the statistics `[channels]` without a gradient.
 * The variance is taken from differences, so a large mean costs no more digits than x itself lost to it.
 * @throws ShapeError if `gamma` or `beta` is not one number per channel, or `x` has rank 0.
 * @see Ioffe and Szegedy (2015), "Batch normalization".
 */
export const batchNormTraining = Object.assign(
  (x: Tensor, gamma: Tensor, beta: Tensor, options: BatchNormOptions = {}): Tensor =>
    trainingOutputs(x, gamma, beta, options)[0],
  { outputs: trainingOutputs },
);

/**
 * Batch normalisation with given statistics, as inference has it: `y = gamma (x - mean) / sqrt(variance + epsilon) + beta`.
 * All five have a gradient.
 * @param x f32, rank 1 or more.
 * @param gamma scale per channel, `[channels]`; so are `beta`, `mean` and `variance`.
 * @returns y, the shape of `x`.
 * @throws ShapeError if a vector is not one number per channel, or `x` has rank 0.
 */
export const batchNorm = (
  x: Tensor,
  gamma: Tensor,
  beta: Tensor,
  mean: Tensor,
  variance: Tensor,
  options: BatchNormOptions = {},
): Tensor => givenOp(x, gamma, beta, mean, variance, attributesOf('batchNorm', x, options));
