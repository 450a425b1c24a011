import type { Device } from '../core/device.ts';
import { type Shape, sizeOf } from '../core/shape.ts';
import { parameter } from '../core/tensor/parameter.ts';
import { BYTES } from '../core/tensor/storage.ts';
import type { Tensor } from '../core/tensor/tensor.ts';
import { Tape } from '../engine/gradient.ts';
import { add } from '../ops/elementwise/binary.ts';
import { exp, relu } from '../ops/elementwise/unary.ts';
import { softmaxCrossEntropy } from '../ops/loss/crossEntropy.ts';
import { softmax } from '../ops/loss/softmax.ts';
import { matmul } from '../ops/matmul/matmul.ts';
import { transpose } from '../ops/movement/transpose.ts';
import { batchNormTraining } from '../ops/normalize/batchNorm.ts';
import { layerNorm } from '../ops/normalize/layerNorm.ts';
import { dropout } from '../ops/random/dropout.ts';
import { max, sum } from '../ops/reduce/reduce.ts';
import { adam } from '../optim/index.ts';
import { largeSize } from './sizes.ts';

/** A kernel, or several that form one computation, at one size. */
export interface KernelCase {
  readonly name: string;
  readonly size: string;
  /** The shapes of the inputs, which are uniform random numbers. */
  readonly shapes: readonly Shape[];
  readonly prepare: (...inputs: readonly Tensor[]) => () => Tensor;
  /** Floating-point operations; a function such as exp counts as one. */
  readonly operations: number;
  /**
   * Bytes of unavoidable memory traffic: each input once (or as often as the computation needs all of it) and the
   * result.
   */
  readonly bytes: number;
  /**
   * How to check a part of the result: cutting the inputs along these axes gives the result cut along `result`;
   * undefined for an input that is needed whole. Without `parts` the whole result is checked.
   */
  readonly parts?: { readonly inputs: readonly (number | undefined)[]; readonly result: number };
}

type Computation = (...inputs: readonly Tensor[]) => Tensor;

/** A computation without state. */
const pure =
  (f: Computation): KernelCase['prepare'] =>
  (...inputs) =>
  () =>
    f(...inputs);

/** The gradient of `f` with respect to its first input; the last input is the gradient of its result. */
const gradient =
  (f: Computation): Computation =>
  (...inputs) => {
    using tape = new Tape();
    const operands = inputs.slice(0, -1);
    return tape.gradient(f(...operands), [operands[0]], { outputGradient: inputs[inputs.length - 1] })[0];
  };

const sizeName = (shape: Shape): string => shape.join(' x ');

interface OnVectors {
  readonly name: string;
  readonly inputs: number;
  readonly prepare: KernelCase['prepare'];
  readonly operations: number;
  /** How often a vector is read or written. */
  readonly passes: number;
  /** Whether an element of the result depends on its position. */
  readonly positional?: boolean;
}

const onVectors =
  ({ name, inputs, prepare, operations, passes, positional = false }: OnVectors) =>
  (size: number): KernelCase => ({
    name,
    size: sizeName([size]),
    shapes: Array<Shape>(inputs).fill([size]),
    prepare,
    operations: operations * size,
    bytes: passes * size * BYTES,
    ...(!positional && { parts: { inputs: Array<number>(inputs).fill(0), result: 0 } }),
  });

interface OnMatrix {
  readonly name: string;
  readonly run: Computation;
  /** Shapes of the inputs for a matrix of `rows` and `columns`. */
  readonly shapes: (rows: number, columns: number) => readonly Shape[];
  /** Operations per element of the matrix. */
  readonly operations: number;
  /** How often the matrix, or another of its size, is read or written. */
  readonly passes: number;
  readonly parts?: KernelCase['parts'];
}

const onMatrix =
  ({ name, run, shapes, operations, passes, parts }: OnMatrix) =>
  ([rows, columns]: readonly [rows: number, columns: number]): KernelCase => ({
    name,
    size: sizeName([rows, columns]),
    shapes: shapes(rows, columns),
    prepare: pure(run),
    operations: operations * rows * columns,
    bytes: passes * rows * columns * BYTES,
    ...(parts && { parts }),
  });

const alone = (rows: number, columns: number): readonly Shape[] => [[rows, columns]];
const twice = (rows: number, columns: number): readonly Shape[] => [
  [rows, columns],
  [rows, columns],
];
const withChannels = (rows: number, columns: number): readonly Shape[] => [[rows, columns], [columns], [columns]];

interface Product {
  readonly M: number;
  readonly N: number;
  readonly K: number;
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
  /** Whether bias and ReLU follow. */
  readonly ended?: boolean;
}

function product({ M, N, K, transposeA = false, transposeB = false, ended = false }: Product): KernelCase {
  const layout = `${transposeA ? 'T' : 'N'}${transposeB ? 'T' : 'N'}`;
  const shapes = [transposeA ? [K, M] : [M, K], transposeB ? [N, K] : [K, N], ...(ended ? [[N]] : [])];
  return {
    name: `matmul ${layout}${ended ? ' + bias + relu' : ''}`,
    size: sizeName([M, K, N]),
    shapes,
    prepare: pure((a, b, bias) => matmul(a, b, { transposeA, transposeB, ...(ended && { bias, activation: 'relu' }) })),
    operations: 2 * M * N * K,
    bytes: [...shapes, [M, N]].reduce((bytes, shape) => bytes + BYTES * sizeOf(shape), 0),
    parts: { inputs: [transposeA ? 1 : 0, undefined, undefined], result: 0 },
  };
}

/** The products of the lecture's first layer at batch 128: forward, gradient of the weights, gradient of the inputs. */
const LAYER: readonly Product[] = [
  { M: 128, K: 784, N: 200, ended: true },
  { M: 784, K: 128, N: 200, transposeA: true },
  { M: 128, K: 200, N: 784, transposeB: true },
];

const cube = (side: number): readonly Product[] =>
  [{}, { transposeB: true }, { transposeA: true }].map((layout) => ({ M: side, N: side, K: side, ...layout }));

/** A prime, so that it is a multiple of no vector or workgroup size. */
const ODD = 1_000_003;
const SMALL = 2 ** 14;
const COLUMNS = 1024;

/** Adam, which keeps its moments. The gradient is copied into the optimizer's arena. */
function training(weights: Tensor, slope: Tensor): () => Tensor {
  const optimizer = adam();
  const parameters = [parameter(weights.alias())];
  optimizer.build(parameters);
  return () => {
    optimizer.apply([slope], parameters);
    return parameters[0].alias();
  };
}

const byElement = [
  onVectors({ name: 'relu', inputs: 1, prepare: pure((x) => relu(x)), operations: 1, passes: 2 }),
  onVectors({ name: 'exp', inputs: 1, prepare: pure((x) => exp(x)), operations: 1, passes: 2 }),
  onVectors({ name: 'relu + gradient', inputs: 2, prepare: pure(gradient((x) => relu(x))), operations: 3, passes: 5 }),
  onVectors({ name: 'add', inputs: 2, prepare: pure(add), operations: 1, passes: 3 }),
  onVectors({
    name: 'dropout',
    inputs: 1,
    prepare: pure((x) => dropout(x, { rate: 0.5, stream: 1 })),
    operations: 2,
    passes: 2,
    positional: true,
  }),
  onVectors({ name: 'copy + adam', inputs: 2, prepare: training, operations: 12, passes: 9 }),
];

const rowsAlone = { inputs: [0], result: 0 };
const columnsAlone = { inputs: [1, 0, 0], result: 1 };

const byMatrix = [
  onMatrix({
    name: 'add a row',
    run: add,
    shapes: (rows, n) => [[rows, n], [n]],
    operations: 1,
    passes: 2,
    parts: { inputs: [0, undefined], result: 0 },
  }),
  onMatrix({
    name: 'transpose',
    run: (x) => transpose(x),
    shapes: alone,
    operations: 0,
    passes: 2,
    parts: { inputs: [1], result: 0 },
  }),
  onMatrix({ name: 'sum', run: (x) => sum(x), shapes: alone, operations: 1, passes: 1 }),
  onMatrix({
    name: 'sum of columns',
    run: (x) => sum(x, { axis: 0 }),
    shapes: alone,
    operations: 1,
    passes: 1,
    parts: { inputs: [1], result: 0 },
  }),
  onMatrix({
    name: 'max of rows',
    run: (x) => max(x, { axis: 1 }),
    shapes: alone,
    operations: 1,
    passes: 1,
    parts: rowsAlone,
  }),
  onMatrix({ name: 'softmax', run: (x) => softmax(x), shapes: alone, operations: 5, passes: 2, parts: rowsAlone }),
  onMatrix({
    name: 'softmax + gradient',
    run: gradient((x) => softmax(x)),
    shapes: twice,
    operations: 9,
    passes: 5,
    parts: { inputs: [0, 0], result: 0 },
  }),
  onMatrix({
    name: 'cross-entropy',
    run: (x, y) => softmaxCrossEntropy(x, y),
    shapes: twice,
    operations: 7,
    passes: 2,
    parts: { inputs: [0, 0], result: 0 },
  }),
  onMatrix({
    name: 'layer norm',
    run: (x, gamma, beta) => layerNorm(x, gamma, beta),
    shapes: withChannels,
    operations: 7,
    passes: 2,
    parts: { inputs: [0, undefined, undefined], result: 0 },
  }),
  onMatrix({
    name: 'layer norm + gradient',
    run: gradient((x, gamma, beta) => layerNorm(x, gamma, beta)),
    shapes: (rows, n) => [...withChannels(rows, n), [rows, n]],
    operations: 24,
    passes: 5,
    parts: { inputs: [0, undefined, undefined, 0], result: 0 },
  }),
  onMatrix({
    name: 'batch norm + relu',
    run: (x, gamma, beta) => batchNormTraining(x, gamma, beta, { activation: 'relu' }),
    shapes: withChannels,
    operations: 7,
    passes: 3,
    parts: columnsAlone,
  }),
  onMatrix({
    name: 'batch norm + relu + gradient',
    run: gradient((x, gamma, beta) => batchNormTraining(x, gamma, beta, { activation: 'relu' })),
    shapes: (rows, n) => [...withChannels(rows, n), [rows, n]],
    operations: 20,
    passes: 6,
    parts: { inputs: [1, 0, 0, 1], result: 1 },
  }),
];

/** Every kernel at a small, an odd and a large size. */
export function kernelCases(device: Device): readonly KernelCase[] {
  const large = largeSize(device);
  const sides = [128, 509, device.info.adapter.software ? 1024 : 4096];
  const matrices = [
    [64, 100],
    [1021, 1019],
    [large / COLUMNS, COLUMNS],
  ] as const;
  return [
    ...[...sides.flatMap(cube), ...LAYER].map(product),
    ...byElement.flatMap((kernel) => [SMALL, ODD, large].map(kernel)),
    ...byMatrix.flatMap((kernel) => matrices.map(kernel)),
  ];
}
