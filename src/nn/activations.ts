import { softmax } from '../ops/softmax.ts';
import { elu, exp, gelu, leakyRelu, relu, selu, sigmoid, silu, softplus, tanh } from '../ops/unary.ts';
import { lookUp } from '../options.ts';
import type { Tensor } from '../tensor.ts';

/** A function of a layer's output, usually elementwise. */
export type Activation = (x: Tensor) => Tensor;

/** Activations by their Keras names; `linear` changes nothing. */
export const activations = {
  linear: (x) => x,
  relu: (x) => relu(x),
  leakyRelu: (x) => leakyRelu(x),
  elu: (x) => elu(x),
  selu: (x) => selu(x),
  gelu: (x) => gelu(x),
  silu: (x) => silu(x),
  softplus: (x) => softplus(x),
  sigmoid: (x) => sigmoid(x),
  tanh: (x) => tanh(x),
  exponential: (x) => exp(x),
  softmax: (x) => softmax(x),
} satisfies Record<string, Activation>;

export type ActivationName = keyof typeof activations;

/** An activation from its name, or the function itself. @throws ValueError that lists the names. */
export const getActivation = (activation: ActivationName | Activation): Activation =>
  typeof activation === 'function' ? activation : lookUp('activation', activations, activation);
