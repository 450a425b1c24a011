import type { Layer } from '../network/layer.ts';
import { augmentation } from './augmentation.ts';
import {
  averagePool2d,
  conv2d,
  conv2dTranspose,
  depthwiseConv2d,
  globalAveragePool2d,
  globalMaxPool2d,
  maxPool2d,
} from './convolution.ts';
import { activationLayer, batchNormalization, dense, dropout, flatten, input, normalization, reshape } from './core.ts';
import { embedding } from './embedding.ts';
import { layerNormalization } from './layerNormalization.ts';
import { add, average, concatenate, maximum, multiply, subtract } from './merge.ts';
import { gaussianNoise, spatialDropout2d } from './noise.ts';
import { leakyRelu, prelu } from './rectifiers.ts';
import { whiteningLayer } from './whitening.ts';

/** All layers by their kind, as files name them. */
export const kinds: Readonly<Record<string, (options: never) => Layer>> = {
  input,
  dense,
  batchNormalization,
  activation: activationLayer,
  dropout,
  flatten,
  reshape,
  normalization,
  augmentation,
  whitening: whiteningLayer,
  layerNormalization,
  prelu,
  leakyRelu,
  gaussianNoise,
  spatialDropout2d,
  embedding,
  add,
  subtract,
  multiply,
  average,
  maximum,
  concatenate,
  conv2d,
  depthwiseConv2d,
  conv2dTranspose,
  maxPool2d,
  averagePool2d,
  globalAveragePool2d,
  globalMaxPool2d,
};
