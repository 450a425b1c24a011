// ONNX's normalisations and losses. Channels are axis 1.

import { sparseCategoricalCrossentropy } from '../../../src/nn/losses/crossentropy.ts';
import { type Loss, makeLoss, type Reduction } from '../../../src/nn/losses/defineLoss.ts';
import {
  abs,
  add,
  batchNorm,
  batchNormTraining,
  div,
  dropout,
  equal,
  gather,
  layerNorm,
  logSoftmax,
  mean,
  mul,
  neg,
  notEqual,
  oneHot,
  ones,
  reciprocal,
  reshape,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  transpose,
  variance,
  where,
} from '../../../src/node.ts';
import { updateMovingAverage } from '../../../src/optim/movingAverage.ts';
import type { Case } from '../case.ts';
import type { Rules } from './rules.ts';

/** Classes last, as the engine's losses have them. */
const classesLast = (x: Tensor): Tensor => transpose(x, [0, ...x.shape.map((_, i) => i).slice(2), 1]);

const reductions: Readonly<Record<string, Reduction>> = { mean: 'meanWithSampleWeight', sum: 'sum', none: 'none' };

interface Options {
  readonly reduction: Reduction;
  readonly ignoreClass?: number;
}

/** The negative logarithm that the input holds for the label: a loss of one's own. */
const negativeLogLikelihood = ({ reduction, ignoreClass }: Options): Loss =>
  makeLoss(
    'negativeLogLikelihood',
    {
      perSample: (labels, logs) => neg(sum(mul(oneHot(labels, logs.shape[logs.ndim - 1]), logs), { axis: -1 })),
      ...(ignoreClass !== undefined && { counts: (labels) => notEqual(labels, ignoreClass) }),
    },
    { reduction },
  );

/** A class that is ignored has no loss; the weight of a class is that of its samples. */
function weighted(c: Case, [scores, labels, weights]: readonly string[], make: (options: Options) => Loss): Tensor {
  const ignoreClass = c.number('ignore_index', Number.NaN);
  const loss = make({
    reduction: reductions[c.text('reduction')],
    ...(!Number.isNaN(ignoreClass) && { ignoreClass }),
  });
  const yTrue = c.tensor(labels);
  const options = c.has(weights) ? { sampleWeight: gather(c.tensor(weights), yTrue) } : {};
  return loss(yTrue, classesLast(c.tensor(scores)), options);
}

/** Statistics of a training batch become running ones; otherwise the running ones are used. */
function batchNormalization(c: Case): Record<string, Tensor> {
  const [x, gamma, beta, runningMean, runningVariance] = c.tensors();
  const options = { axis: 1, epsilon: c.number('epsilon') };
  if (!c.flag('training_mode')) return { Y: batchNorm(x, gamma, beta, runningMean, runningVariance, options) };
  const [y, batchMean, batchVariance] = batchNormTraining.outputs(x, gamma, beta, options);
  updateMovingAverage(runningMean, batchMean, 1 - c.number('momentum'));
  updateMovingAverage(runningVariance, batchVariance, 1 - c.number('momentum'));
  return { Y: y, running_mean: runningMean, running_var: runningVariance };
}

const normalize = (x: Tensor, axis: readonly number[], epsilon = 0): Tensor =>
  div(sub(x, mean(x, { axis, keepDims: true })), sqrt(add(variance(x, { axis, keepDims: true }), epsilon)));

const trailing = (x: Tensor, c: Case): number[] => x.shape.map((_, axis) => axis).slice(c.number('axis'));

function layerNormalization(c: Case): Record<string, Tensor> {
  const x = c.tensor('X');
  const axis = trailing(x, c);
  const epsilon = c.number('epsilon');
  const deviation = sqrt(add(variance(x, { axis, keepDims: true }), epsilon));
  const [scale, shift] = ['Scale', 'B'].map((name) => reshape(c.tensor(name), [-1]));
  return {
    Y: reshape(layerNorm(reshape(x, [-1, scale.size]), scale, shift, { epsilon }), x.shape),
    Mean: mean(x, { axis, keepDims: true }),
    InvStdDev: reciprocal(deviation),
  };
}

/** Per sample over groups of channels, then a scale and a shift per channel. */
function groupNormalization(c: Case, input: string, groups: number): Tensor {
  const x = c.tensor(input);
  const [, scale, shift] = c.tensors().map((t) => reshape(t, [-1, ...new Array<number>(x.ndim - 2).fill(1)]));
  const grouped = reshape(x, [x.shape[0], groups, -1]);
  return add(mul(reshape(normalize(grouped, [2], c.number('epsilon')), x.shape), scale), shift);
}

/** A vector of zeros stays one. */
function lpNormalized(c: Case): Tensor {
  const x = c.tensor('input');
  const options = { axis: c.number('axis'), keepDims: true };
  const norm = c.number('p') === 1 ? sum(abs(x), options) : sqrt(sum(square(x), options));
  return where(equal(norm, 0), 0, div(x, norm));
}

export const network: Rules = {
  BatchNormalization: batchNormalization,
  // What it draws at random can't be compared.
  Dropout: (c) => {
    const x = c.tensor('data');
    const rate = c.numbers('training_mode')[0] === 1 ? c.numbers('ratio')[0] : 0;
    return rate === 0 ? { output: dropout(x, { rate }), mask: ones(x.shape) } : null;
  },
  LayerNormalization: layerNormalization,
  LpNormalization: (c) => ({ output: lpNormalized(c) }),
  MeanVarianceNormalization: (c) => ({ Y: normalize(c.tensor('X'), c.list('axes') ?? []) }),
  NegativeLogLikelihoodLoss: (c) => ({
    loss: weighted(c, ['input', 'target', 'weight'], negativeLogLikelihood),
  }),
  RMSNormalization: (c) => {
    const x = c.tensor('X');
    const power = mean(square(x), { axis: trailing(x, c), keepDims: true });
    return { output0: mul(div(x, sqrt(add(power, c.number('epsilon')))), c.tensor('scale')) };
  },
  SoftmaxCrossEntropyLoss: (c) => ({
    output: weighted(c, ['scores', 'labels', 'weights'], (options) =>
      sparseCategoricalCrossentropy({ fromLogits: true, ...options }),
    ),
    log_prob: logSoftmax(c.tensor('scores'), { axis: 1 }),
  }),
  GroupNormalization: (c) => ({ output0: groupNormalization(c, 'X', c.number('num_groups')) }),
  InstanceNormalization: (c) => ({ output: groupNormalization(c, 'input', c.tensor('input').shape[1]) }),
};
