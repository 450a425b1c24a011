// ONNX's elementwise operators: one operation of the engine each, or a few composed.
import {
  abs,
  acos,
  add,
  asin,
  atan,
  cast,
  ceil,
  clip,
  cos,
  cosh,
  div,
  elu,
  equal,
  erf,
  exp,
  floor,
  gelu,
  greater,
  greaterEqual,
  hardSigmoid,
  leakyRelu,
  less,
  lessEqual,
  log,
  logicalAnd,
  logicalOr,
  logSoftmax,
  maximum,
  minimum,
  mish,
  mul,
  neg,
  pow,
  prelu,
  reciprocal,
  relu,
  reshape,
  round,
  selu,
  sigmoid,
  sign,
  silu,
  sin,
  sinh,
  softmax,
  softplus,
  softsign,
  sqrt,
  sub,
  type Tensor,
  tan,
  tanh,
} from '../../../src/node.ts';
import type { Case } from '../case.ts';
import type { Rules } from './rules.ts';

const of = (input: string, output: string, f: (x: Tensor) => Tensor) => (c: Case) => ({ [output]: f(c.tensor(input)) });
const withOptions = (input: string, output: string, f: (x: Tensor, c: Case) => Tensor) => (c: Case) => ({
  [output]: f(c.tensor(input), c),
});
const pair = (f: (a: Tensor, b: Tensor) => Tensor) => (c: Case) => ({ C: f(c.tensor('A'), c.tensor('B')) });
const several = (output: string, f: (a: Tensor, b: Tensor) => Tensor) => (c: Case) => ({
  [output]: c.tensors().reduce(f),
});

function clipped(x: Tensor, c: Case): Tensor {
  const min = c.numbers('min').at(0) ?? c.number('min', Number.NaN);
  const max = c.numbers('max').at(0) ?? c.number('max', Number.NaN);
  if (Number.isNaN(min)) return Number.isNaN(max) ? x : minimum(x, max);
  return Number.isNaN(max) ? maximum(x, min) : clip(x, min, max);
}

/** Before opset 7 a slope has one number per channel, axis 1; since then it broadcasts. */
function slopeOf(c: Case, { ndim }: Tensor): Tensor {
  const slope = c.tensor('slope');
  return c.opset < 7 ? reshape(slope, [-1, ...new Array<number>(ndim - 2).fill(1)]) : slope;
}

export const elementwise: Rules = {
  Abs: of('X', 'Y', abs),
  Acos: of('input', 'output', acos),
  Asin: of('input', 'output', asin),
  Atan: of('input', 'output', atan),
  Cos: of('input', 'output', cos),
  Cosh: of('input', 'output', cosh),
  Erf: of('input', 'output', erf),
  Sin: of('input', 'output', sin),
  Sinh: of('input', 'output', sinh),
  Tan: of('input', 'output', tan),
  Ceil: of('X', 'Y', ceil),
  Floor: of('X', 'Y', floor),
  Round: of('X', 'Y', round),
  Exp: of('input', 'output', exp),
  Identity: of('input', 'output', (x) => x),
  Log: of('input', 'output', log),
  Neg: of('X', 'Y', neg),
  Not: of('X', 'Y', (x) => equal(x, 0)),
  Reciprocal: of('X', 'Y', reciprocal),
  Sign: of('input', 'output', sign),
  Sqrt: of('X', 'Y', sqrt),

  Celu: withOptions('X', 'Y', (x, c) => mul(elu(div(x, c.number('alpha'))), c.number('alpha'))),
  Clip: withOptions('input', 'output', clipped),
  Elu: withOptions('X', 'Y', (x, c) => elu(x, { alpha: c.number('alpha') })),
  Gelu: withOptions('X', 'output0', (x, c) => gelu(x, { approximate: c.text('approximate') === 'tanh' })),
  HardSigmoid: withOptions('X', 'Y', (x, c) => hardSigmoid(x, { alpha: c.number('alpha'), beta: c.number('beta') })),
  HardSwish: of('X', 'Y', (x) => mul(x, hardSigmoid(x))),
  LeakyRelu: withOptions('X', 'Y', (x, c) => leakyRelu(x, { negativeSlope: c.number('alpha') })),
  LogSoftmax: withOptions('input', 'output', (x, c) => logSoftmax(x, { axis: c.number('axis') })),
  Mish: of('X', 'output0', mish),
  PRelu: withOptions('X', 'Y', (x, c) => prelu(x, slopeOf(c, x))),
  Relu: of('X', 'Y', relu),
  Selu: withOptions('X', 'Y', (x, c) => selu(x, { alpha: c.number('alpha'), scale: c.number('gamma') })),
  Sigmoid: of('X', 'Y', sigmoid),
  Softmax: withOptions('input', 'output', (x, c) => softmax(x, { axis: c.number('axis') })),
  Softplus: of('X', 'Y', softplus),
  Softsign: of('input', 'output', softsign),
  Swish: withOptions('X', 'output0', (x, c) =>
    c.number('alpha') === 1 ? silu(x) : mul(x, sigmoid(mul(x, c.number('alpha')))),
  ),
  Tanh: of('input', 'output', tanh),
  ThresholdedRelu: withOptions('X', 'Y', (x, c) => mul(x, cast(greater(x, c.number('alpha')), 'f32'))),

  Add: pair(add),
  And: pair(logicalAnd),
  Div: pair(div),
  Greater: pair(greater),
  GreaterOrEqual: pair(greaterEqual),
  Less: pair(less),
  LessOrEqual: pair(lessEqual),
  Mul: pair(mul),
  Or: pair(logicalOr),
  Sub: pair(sub),
  // The exponent is taken in the dtype of the base.
  Pow: (c) => {
    const x = c.tensor('X');
    return { Z: pow(x, cast(c.tensor('Y'), x.dtype)) };
  },
  Max: several('max', maximum),
  Mean: (c) => ({ mean: div(c.tensors().reduce(add), c.names.length) }),
  Min: several('min', minimum),
  Sum: several('sum', add),
};
