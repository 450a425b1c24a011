import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { flatten } from '../../src/core/tensor/nested.ts';
import type { NestedNumbers, Tensor } from '../../src/index.ts';
import * as ops from '../../src/index.ts';
import { cpu } from '../harness/device.ts';

// Checks the CPU reference, against which everything else is checked. Expected values: NumPy 2.4.6 and SciPy 1.17.1
// (special).
//   x = [-3, -0.75, 0.5, 2.25];  m = [[0.5, -1.25, 2], [1.5, 0.25, -0.75]];  c = arange(24).reshape(2, 3, 4) / 8 - 1

const test = suite('reference');

const on = { device: cpu };
const x = ops.keep(ops.tensor([-3, -0.75, 0.5, 2.25], on));
const m = ops.keep(
  ops.tensor(
    [
      [0.5, -1.25, 2],
      [1.5, 0.25, -0.75],
    ],
    on,
  ),
);
const c = ops.keep(
  ops.reshape(
    ops.tensor(
      Float64Array.from({ length: 24 }, (_, i) => i / 8 - 1),
      on,
    ),
    [2, 3, 4],
  ),
);
const vector = (...values: number[]): Tensor => ops.tensor(values, on);
const integers = (...values: number[]): Tensor => ops.tensor(Int32Array.from(values), on);

// biome-ignore format: one operation per line
const table: Record<string, [result: () => Tensor, expected: NestedNumbers]> = {
  exp: [() => ops.exp(x), [0.049787068367863944, 0.4723665527410147, 1.6487212707001282, 9.487735836358526]],
  tanh: [() => ops.tanh(x), [-0.9950547536867305, -0.6351489523872873, 0.46211715726000974, 0.9780261147388136]],
  sinh: [() => ops.sinh(x), [-10.017874927409903, -0.82231673193583, 0.5210953054937474, 4.691168305898331]],
  cosh: [() => ops.cosh(x), [10.067661995777765, 1.2946832846768448, 1.1276259652063807, 4.796567530460195]],
  sin: [() => ops.sin(x), [-0.1411200080598672, -0.6816387600233341, 0.479425538604203, 0.7780731968879212]],
  cos: [() => ops.cos(x), [-0.9899924966004454, 0.7316888688738209, 0.8775825618903728, -0.6281736227227391]],
  tan: [() => ops.tan(x), [0.1425465430742778, -0.9315964599440725, 0.5463024898437905, -1.2386276162240966]],
  'asin of x / 4': [() => ops.asin(ops.div(x, 4)), [-0.848062078981481, -0.1886163861754041, 0.1253278311680654, 0.5974064166453502]],
  'acos of x / 4': [() => ops.acos(ops.div(x, 4)), [2.4188584057763776, 1.7594127129703008, 1.4454684956268313, 0.9733899101495465]],
  atan: [() => ops.atan(x), [-1.2490457723982544, -0.6435011087932844, 0.4636476090008061, 1.1525719972156676]],
  'round (rint)': [() => ops.round(x), [-3, -1, 0, 2]],
  floor: [() => ops.floor(x), [-3, -1, 0, 2]],
  ceil: [() => ops.ceil(x), [-3, 0, 1, 3]],
  sign: [() => ops.sign(x), [-1, -1, 1, 1]],
  erf: [() => ops.erf(x), [-0.9999779095030014, -0.7111556336535151, 0.5204998778130465, 0.9985372834133188]],
  'erf where the series ends': [() => ops.erf(vector(2.875, 3.125, -5)), [0.9999521451602562, 0.9999901032653747, -0.9999999999984626]],
  'sigmoid (expit)': [() => ops.sigmoid(x), [0.04742587317756678, 0.320821300824607, 0.6224593312018546, 0.9046505351008906]],
  'softplus (logaddexp(0, x))': [() => ops.softplus(x), [0.04858735157374206, 0.38687100611489994, 0.9740769841801067, 2.350206558916747]],
  'gelu (x ndtr(x))': [() => ops.gelu(x), [-0.00404969409489028, -0.16997051428265114, 0.34573123063700656, 2.2224949365261493]],
  'gelu by tanh': [() => ops.gelu(x, { approximate: true }), [-0.0036373920817729943, -0.17003944483437972, 0.34571400982514394, 2.222798670102711]],
  'silu (x expit(x))': [() => ops.silu(x), [-0.14227761953270035, -0.24061597561845527, 0.3112296656009273, 2.035463703977004]],
  mish: [() => ops.mish(x), [-0.1456474612756246, -0.2764947145054652, 0.3752452113048951, 2.2094567576626254]],
  'elu (expm1)': [() => ops.elu(x), [-0.950212931632136, -0.5276334472589853, 0.5, 2.25]],
  selu: [() => ops.selu(x), [-1.6705687287671118, -0.9276320158350512, 0.5253504936777402, 2.364077221549831]],

  softmax: [() => ops.softmax(m), [[0.17682018210744427, 0.030726740326436432, 0.7924530775661193], [0.7184403411510649, 0.20583660399765155, 0.07572305485128351]]],
  'softmax, axis 0': [() => ops.softmax(m, { axis: 0 }), [[0.2689414213699951, 0.18242552380635632, 0.9399133498259924], [0.7310585786300049, 0.8175744761936437, 0.06008665017400762]]],
  logSoftmax: [() => ops.logSoftmax(m), [[-1.7326219831020326, -3.4826219831020326, -0.23262198310203266], [-0.3306726094072241, -1.580672609407224, -2.580672609407224]]],
  logSumExp: [() => ops.logSumExp(m, { axis: 1 }), [2.2326219831020326, 1.830672609407224]],
  'softmaxCrossEntropy (-log_softmax at the class)': [() => ops.softmaxCrossEntropy(m, integers(2, 0)), [0.23262198310203266, 0.3306726094072241]],
  'layerNorm, from mean and var': [
    () => ops.layerNorm(m, vector(1, 2, -0.5), vector(0, 1, 0.25)),
    [[0.06272780192405211, -1.5091120769620852, -0.34591411827849516], [1.2667530730885157, 0.8190352752730692, 0.838135355362525]],
  ],
  'layerNorm, axis 0': [
    () => ops.layerNorm(m, vector(1, 2), vector(0, 1), { axis: 0, epsilon: 1e-5 }),
    [[-0.9999800005999799, -0.9999911112296279, 0.9999973553823918], [2.99996000119996, 2.9999822224592556, -0.9999947107647835]],
  ],
  'batchNormTraining, from mean and var': [
    () => ops.batchNormTraining(m, vector(1, 2, 3), vector(0.5, 0, -0.5)),
    [[-0.49800598006974905, -1.9982245890863868, 2.499206926164187], [1.498005980069749, 1.9982245890863868, -3.499206926164187]],
  ],

  'variance, axis 1': [() => ops.variance(m, { axis: 1 }), [1.763888888888889, 0.8472222222222223]],
  'variance, axis 0, ddof 1': [() => ops.variance(m, { axis: 0, correction: 1 }), [0.5, 1.125, 3.78125]],
  'mean, axes 0 and 2': [() => ops.mean(c, { axis: [0, 2] }), [-0.0625, 0.4375, 0.9375]],
  'prod, axis 1': [() => ops.prod(m, { axis: 1 }), [-1.25, -0.28125]],
  'sum, axes 0 and 2, kept': [() => ops.sum(c, { axis: [0, 2], keepDims: true }), [[[-0.5], [3.5], [7.5]]]],
  'max, axis 1': [() => ops.max(c, { axis: 1 }), [[0, 0.125, 0.25, 0.375], [1.5, 1.625, 1.75, 1.875]]],
  'cumsum, axis 1': [() => ops.cumsum(m), [[0.5, -0.75, 1.25], [1.5, 1.75, 1]]],
  'argMax, axis 0': [() => ops.argMax(m, { axis: 0 }), [1, 1, 0]],
  'argMin, axis 1': [() => ops.argMin(m), [1, 2]],

  'matmul with one matrix (c @ c[1].T)': [
    () => ops.matmul(c, ops.reshape(ops.slice(c, [{ start: 1 }]), [3, 4]), { transposeB: true }),
    [[[-2.15625, -3.78125, -5.40625], [-0.78125, -1.40625, -2.03125], [0.59375, 0.96875, 1.34375]], [[1.96875, 3.34375, 4.71875], [3.34375, 5.71875, 8.09375], [4.71875, 8.09375, 11.46875]]],
  ],
  'matmul of batches (c @ swapaxes(c, 1, 2))': [
    () => ops.matmul(c, c, { transposeB: true }),
    [[[2.71875, 1.09375, -0.53125], [1.09375, 0.46875, -0.15625], [-0.53125, -0.15625, 0.21875]], [[1.96875, 3.34375, 4.71875], [3.34375, 5.71875, 8.09375], [4.71875, 8.09375, 11.46875]]],
  ],
  'transpose (2, 0, 1), its first half': [() => ops.slice(ops.transpose(c, [2, 0, 1]), [{ stop: 2 }]), [[[-1, -0.5, 0], [0.5, 1, 1.5]], [[-0.875, -0.375, 0.125], [0.625, 1.125, 1.625]]]],
  'slice 1:, ::-2, 1:3': [() => ops.slice(c, [{ start: 1 }, { step: -2 }, { start: 1, stop: 3 }]), [[[1.625, 1.75], [0.625, 0.75]]]],
  pad: [() => ops.pad(m, [[1, 0], [0, 2]], 9), [[9, 9, 9, 9, 9], [0.5, -1.25, 2, 9, 9], [1.5, 0.25, -0.75, 9, 9]]],
  'gather (take), axis 1': [() => ops.gather(m, integers(2, 0, -1), { axis: 1 }), [[2, 0.5, 2], [-0.75, 1.5, -0.75]]],
  'concat, axis 0': [() => ops.concat([m, ops.slice(m, [{ stop: 1 }])]), [[0.5, -1.25, 2], [1.5, 0.25, -0.75], [0.5, -1.25, 2]]],
  'sub, broadcast': [() => ops.sub(ops.slice(m, [{}, { stop: 1 }]), vector(1, 2)), [[-0.5, -1.5], [0.5, -0.5]]],
  where: [() => ops.where(ops.greater(m, 0.3), m, -1), [[0.5, -1, 2], [1.5, -1, -1]]],
  'pow of |m| and m': [() => ops.pow(ops.abs(m), m), [[Math.SQRT1_2, 0.7565932872025406, 4], [1.8371173070873836, Math.SQRT1_2, 1.2408064788027995]]],
};

/** A few float64 roundings, because NumPy may sum in another order. */
const TOLERANCE = 1e-14;

for (const [name, [result, expected]] of Object.entries(table)) {
  test(name, () =>
    ops.scope(async () => {
      const y = result();
      const { values, shape } = flatten(expected);
      assert.equal(y.shape, shape);
      (await y.data()).forEach((value, i) => {
        const error = Math.abs(value - values[i]);
        assert.ok(error <= TOLERANCE * Math.max(1, Math.abs(values[i])), `element ${i}: ${value}, not ${values[i]}`);
      });
    }),
  );
}

test.run();
