// ONNX's operators that move elements, and matrix products.

import { broadcastShapes, MAX_RANK, type Shape, sizeOf } from '../../../src/core/shape.ts';
import {
  add,
  arange,
  argMax,
  broadcastTo,
  concat,
  gather,
  less,
  matmul,
  mul,
  oneHot,
  pad,
  reshape,
  slice,
  type Tensor,
  tensor,
  transpose,
  where,
} from '../../../src/node.ts';
import type { Case } from '../case.ts';
import type { Rules } from './rules.ts';

/** 0 keeps the length of the input unless `allowzero`. */
function reshaped(x: Tensor, c: Case): Tensor {
  const shape = c.numbers('shape');
  return reshape(x, c.flag('allowzero') ? shape : shape.map((length, axis) => (length === 0 ? x.shape[axis] : length)));
}

/** NumPy's rule for vectors: a row on the left, a column on the right, and the extra axis goes afterwards. */
function product(a: Tensor, b: Tensor): Tensor {
  const left = a.ndim === 1 ? reshape(a, [1, -1]) : a;
  const right = b.ndim === 1 ? reshape(b, [-1, 1]) : b;
  const y = matmul(left, right);
  const rows = a.ndim === 1 ? [] : y.shape.slice(-2, -1);
  const columns = b.ndim === 1 ? [] : y.shape.slice(-1);
  return reshape(y, [...y.shape.slice(0, -2), ...rows, ...columns]);
}

function gemm(c: Case): Tensor {
  const y = mul(
    matmul(c.tensor('A'), c.tensor('B'), { transposeA: c.flag('transA'), transposeB: c.flag('transB') }),
    c.number('alpha'),
  );
  return c.has('C') ? add(y, mul(c.tensor('C'), c.number('beta'))) : y;
}

function sliced(c: Case): Tensor {
  const x = c.tensor('data');
  const [starts, stops, axes, steps] = ['starts', 'ends', 'axes', 'steps'].map((name) => c.numbers(name));
  const ranges = x.shape.map(() => ({}));
  starts.forEach((start, i) => {
    ranges[(axes[i] ?? i) + ((axes[i] ?? 0) < 0 ? x.ndim : 0)] = { start, stop: stops[i], step: steps[i] ?? 1 };
  });
  return slice(x, ranges);
}

function padded(c: Case): Tensor | null {
  if (c.text('mode') !== 'constant') return null;
  const x = c.tensor('data');
  const pads = c.list('pads') ?? c.numbers('pads');
  const axes = c.has('axes') ? c.numbers('axes') : x.shape.map((_, axis) => axis);
  const widths = x.shape.map((): [number, number] => [0, 0]);
  axes.forEach((axis, i) => {
    widths[axis < 0 ? axis + x.ndim : axis] = [pads[i], pads[i + axes.length]];
  });
  return pad(x, widths, c.numbers('constant_value').at(0) ?? c.number('value', 0));
}

const expanded = (x: Tensor, to: Shape): Tensor => broadcastTo(x, broadcastShapes('Expand', x.shape, to));

/** 1 at the largest element along an axis, the first of several, and 0 elsewhere. */
const hardmax = (x: Tensor, axis: number): Tensor => oneHot(argMax(x, { axis }), x.shape.at(axis) ?? 0, { axis });

/** Negative indices count from the end; those still out of range are off, as the engine's negative ones are. */
function hot(c: Case): Tensor {
  const indices = c.tensor('indices', 'i32');
  const [depth] = c.numbers('depth');
  const [off, on] = c.numbers('values');
  const counted = where(less(indices, 0), add(indices, depth), indices);
  return oneHot(counted, depth, { axis: c.number('axis'), on, off });
}

/** Parts of given sizes, or `num_outputs` equal ones of which the last may be smaller. */
function split(c: Case): Record<string, Tensor> | null {
  const x = c.tensor('input');
  const axis = c.number('axis');
  const numOutputs = c.number('num_outputs', 0);
  const given = c.list('split') ?? c.numbers('split');
  const equal = Math.ceil(x.shape[axis] / numOutputs);
  const sizes = given.length > 0 ? given : new Array<number>(numOutputs).fill(equal);
  if (sizes.length === 0) return null; // as many as the node has outputs, which a translation does not see
  let stop = 0;
  const parts = sizes.map((size, i) => {
    const start = stop;
    stop += size;
    return [`outputs_${i}`, slice(x, [...new Array<object>(axis).fill({}), { start, stop }])];
  });
  return Object.fromEntries(parts);
}

function squeezed(c: Case): Tensor {
  const x = c.tensor('data');
  const axes = c.numbers('axes').map((axis) => (axis < 0 ? axis + x.ndim : axis));
  return reshape(
    x,
    x.shape.filter((_, axis) => !axes.includes(axis)),
  );
}

function unsqueezed(c: Case): Tensor {
  const x = c.tensor('data');
  const axes = c.numbers('axes');
  const ndim = x.ndim + axes.length;
  const added = new Set(axes.map((axis) => (axis < 0 ? axis + ndim : axis)));
  const lengths = [...x.shape];
  return reshape(
    x,
    Array.from({ length: ndim }, (_, axis) => (added.has(axis) ? 1 : (lengths.shift() ?? 1))),
  );
}

function flattened(c: Case): Tensor {
  const x = c.tensor('input');
  const axis = c.number('axis');
  return reshape(x, [sizeOf(x.shape.slice(0, axis)), sizeOf(x.shape.slice(axis))]);
}

function depthToSpace(c: Case): Tensor {
  const x = c.tensor('input');
  const block = c.number('blocksize');
  const [batch, channels, height, width] = x.shape;
  const depth = channels / block ** 2;
  const blocks =
    c.text('mode') === 'CRD'
      ? transpose(reshape(x, [batch, depth, block, block, height, width]), [0, 1, 4, 2, 5, 3])
      : transpose(reshape(x, [batch, block, block, depth, height, width]), [0, 3, 4, 1, 5, 2]);
  return reshape(blocks, [batch, depth, height * block, width * block]);
}

function spaceToDepth(c: Case): Tensor {
  const x = c.tensor('input');
  const block = c.number('blocksize');
  const [batch, channels, height, width] = x.shape;
  const blocks = reshape(x, [batch, channels, height / block, block, width / block, block]);
  return reshape(transpose(blocks, [0, 3, 5, 1, 2, 4]), [batch, channels * block ** 2, height / block, width / block]);
}

const tiled = (c: Case): Tensor =>
  c
    .numbers('repeats')
    .reduce((x, count, axis) => concat(new Array<Tensor>(count).fill(x), { axis }), c.tensor('input'));

/** Part of a shape, with bounds as those of `Array.prototype.slice`. */
const lengths = (c: Case): Tensor =>
  tensor(Int32Array.from(c.tensor('data').shape.slice(c.number('start'), c.number('end', MAX_RANK))));

export const shape: Rules = {
  Concat: (c) => ({ concat_result: concat(c.tensors(), { axis: c.number('axis') }) }),
  DepthToSpace: (c) => ({ output: depthToSpace(c) }),
  Expand: (c) => ({ output: expanded(c.tensor('input'), c.numbers('shape')) }),
  Flatten: (c) => ({ output: flattened(c) }),
  Gather: (c) => ({ output: gather(c.tensor('data'), c.tensor('indices'), { axis: c.number('axis') }) }),
  Gemm: (c) => ({ Y: gemm(c) }),
  Hardmax: (c) => ({ output: hardmax(c.tensor('input'), c.number('axis')) }),
  MatMul: (c) => ({ Y: product(c.tensor('A'), c.tensor('B')) }),
  OneHot: (c) => ({ output: hot(c) }),
  Pad: (c) => {
    const output = padded(c);
    return output && { output };
  },
  Range: (c) => ({ output: arange(c.numbers('start')[0], c.numbers('limit')[0], c.numbers('delta')[0]) }),
  Reshape: (c) => ({ reshaped: reshaped(c.tensor('data'), c) }),
  Shape: (c) => ({ shape: lengths(c) }),
  Size: (c) => ({ size: tensor(c.tensor('data').size, { dtype: 'i32' }) }),
  Slice: (c) => ({ output: sliced(c) }),
  SpaceToDepth: (c) => ({ output: spaceToDepth(c) }),
  Split: split,
  Squeeze: (c) => ({ squeezed: squeezed(c) }),
  Tile: (c) => ({ output: tiled(c) }),
  Transpose: (c) => ({ transposed: transpose(c.tensor('data'), c.list('perm')) }),
  Unsqueeze: (c) => ({ expanded: unsqueezed(c) }),
  Where: (c) => ({ output: where(c.tensor('condition'), c.tensor('X'), c.tensor('Y')) }),
};
