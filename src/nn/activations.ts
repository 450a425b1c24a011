import { lookUp } from '../core/checks.ts';
import { ValueError } from '../core/errors.ts';
import { checkReturned, type Tensor } from '../core/tensor.ts';
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

/** A function of a layer's output, usually elementwise. */
export type Activation = (x: Tensor) => Tensor;

/** Activations by their Keras names, and `logistic` for `sigmoid`; `linear` changes nothing. */
export const activations = {
  linear: (x) => x,
  relu: (x) => relu(x),
  leakyRelu: (x) => leakyRelu(x, { negativeSlope: 0.2 }), // the layer has 0.3; so it is in Keras
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

export type ActivationName = keyof typeof activations;

/** Holds a function to what the shapes of a model rest on. */
const keepingShape =
  (activation: Activation): Activation =>
  (x) =>
    checkReturned(activation.name || 'an activation', activation(x), { dtype: x.dtype, shape: x.shape });

/** An activation from its name, or the function itself. @throws ValueError that lists the names. */
export function getActivation(activation: ActivationName | Activation): Activation {
  if (typeof activation === 'function') return keepingShape(activation);
  const name: string = activation;
  if (name !== 'prelu') return lookUp('activation', activations, name);
  throw new ValueError({
    op: 'activation',
    got: "'prelu'",
    expected: 'a function without weights, and its slope is one',
    fix: 'Put the layer prelu() after this one, which has no activation then.',
  });
}
