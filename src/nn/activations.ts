import { lookUp } from '../core/checks.ts';
import { ValueError } from '../core/errors.ts';
import { checkReturned } from '../core/tensor/checks.ts';
import type { Tensor } from '../core/tensor/tensor.ts';
import {
  elu,
  exp,
  gelu,
  hardSigmoid,
  leakyRelu,
  mish,
  relu,
  selu,
  sigmoid,
  silu,
  softplus,
  softsign,
  tanh,
} from '../ops/elementwise/unary.ts';
import { logSoftmax, softmax } from '../ops/loss/softmax.ts';

/** A function of a layer's output that keeps shape and dtype, usually elementwise. */
export type Activation = (x: Tensor) => Tensor;

/**
 * Activations by their Keras names, each a function of an f32 tensor that keeps its shape. `linear` is the identity and `logistic`
 * is `sigmoid`; `softmax` and `logSoftmax` work along the last axis; `leakyRelu` has slope 0.2 (the layer 0.3), as in Keras.
 */
export const activations = {
  linear: (x) => x,
  relu: (x) => relu(x),
  leakyRelu: (x) => leakyRelu(x, { negativeSlope: 0.2 }),
  elu: (x) => elu(x),
  selu: (x) => selu(x),
  gelu: (x) => gelu(x),
  silu: (x) => silu(x),
  mish: (x) => mish(x),
  softplus: (x) => softplus(x),
  softsign: (x) => softsign(x),
  sigmoid: (x) => sigmoid(x),
  logistic: (x) => sigmoid(x),
  hardSigmoid: (x) => hardSigmoid(x),
  tanh: (x) => tanh(x),
  exponential: (x) => exp(x),
  softmax: (x) => softmax(x),
  logSoftmax: (x) => logSoftmax(x),
} satisfies Record<string, Activation>;

/** The name of an activation: a key of `activations`. */
export type ActivationName = keyof typeof activations;

/** Checks that a user's function keeps shape and dtype. */
const keepingShape =
  (activation: Activation): Activation =>
  (x) =>
    checkReturned(activation.name || 'an activation', activation(x), { dtype: x.dtype, shape: x.shape });

/** The activation of a name, or the given function. @throws ValueError that lists the names. */
export function getActivation(activation: ActivationName | Activation): Activation {
  if (typeof activation === 'function') return keepingShape(activation);
  const name: string = activation;
  if (name !== 'prelu') return lookUp('activation', activations, name);
  throw new ValueError({
    op: 'activation',
    got: "'prelu'",
    expected: 'an activation without weights',
    fix: 'Leave the activation out, and put a layer prelu() after this one.',
  });
}
