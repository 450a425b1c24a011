import specialWgsl from '../../../shaders/lib/special.wgsl';
import across1Wgsl from '../../../shaders/reduce/across1.wgsl';
import across4Wgsl from '../../../shaders/reduce/across4.wgsl';
import maxWgsl from '../../../shaders/reduce/max.wgsl';
import minWgsl from '../../../shaders/reduce/min.wgsl';
import prodWgsl from '../../../shaders/reduce/prod.wgsl';
import scaffold from '../../../shaders/reduce/reduce.wgsl';
import sumWgsl from '../../../shaders/reduce/sum.wgsl';
import type { ReduceAttributes } from '../../backends/cpu/reference/reduce/reduce.ts';
import { checkedLater, checkValues, finite, flag, named } from '../../core/checks.ts';
import { DTypeError, ShapeError } from '../../core/errors.ts';
import type { Source } from '../../core/kernel.ts';
import { formatShape, normalizeAxes, reducedShape, type Shape, sizeOf, viewAround } from '../../core/shape.ts';
import type { Tensor } from '../../core/tensor/tensor.ts';
import { fullOn } from '../create/fill.ts';
import { add, div, equal, minimum, mul, sub, weigh } from '../elementwise/binary.ts';
import { cast } from '../elementwise/cast.ts';
import { clip, exp, log, square } from '../elementwise/unary.ts';
import { rowWorkgroup } from '../lib/rows.ts';
import { vectorsOf } from '../lib/vectors.ts';
import { broadcastTo, reshape } from '../movement/strided.ts';
import { defineOp, type OpDefinition, type Run } from '../op.ts';

/** Options of reductions. */
export interface ReduceOptions {
  /** The axis, or several, to reduce; negative ones count from the end; default all. */
  readonly axis?: number | readonly number[];
  /** Keeps the reduced axes with length 1; default false. */
  readonly keepDims?: boolean;
}

const CHECKS = { axis: checkedLater, keepDims: flag };

/** Invocations that keep a GPU busy; a reduction with fewer results is split into chunks. */
const ENOUGH_INVOCATIONS = 16384;
/**
 * The shortest and longest chunks, in elements. A chunk shorter than `shortest` is not worth another dispatch, which on
 * hardware costs as much as a long row. In the longest chunk, an invocation combines at most 512 vectors: rounding
 * errors grow with the length of a chunk, and only with the logarithm of the number of chunks.
 */
const CHUNK = {
  software: { shortest: { rows: 256, columns: 256 }, longest: { rows: 8192, columns: 512 } },
  hardware: { shortest: { rows: 4096, columns: 128 }, longest: { rows: 16384, columns: 1024 } },
};

/**
 * The tile of columns per workgroup. In software each invocation has its own column, because a barrier costs more than
 * the work.
 */
const COLUMNS = { software: { WORKGROUP_SIZE: 64, TILE: 64 }, hardware: { WORKGROUP_SIZE: 256, TILE: 32 } };

/** Reduces one run of adjacent axes, in two passes where that gives the GPU more parallel work. */
function reduceRun(run: Run, x: Tensor, view: ReturnType<typeof viewAround>, shape: Shape): Tensor {
  const { outer, length, inner } = view;
  const entry = inner === 1 ? 'rows' : 'columns';
  const width = (entry === 'rows' ? length : inner) % 4 === 0 ? 4 : 1;
  const along = entry === 'rows' ? width : 1; // elements of length in a V
  const { software } = x.device.info.adapter;
  const kind = software ? 'software' : 'hardware';
  const { shortest, longest } = CHUNK[kind];
  const wanted = Math.floor(ENOUGH_INVOCATIONS / Math.max(1, outer * inner * (entry === 'rows' ? shortest.rows : 1)));
  const chunks = Math.max(
    1,
    Math.ceil(length / longest[entry]),
    Math.min(wanted, Math.floor(length / shortest[entry])),
  );
  const chunkLength = Math.ceil(length / along / chunks);
  const used = Math.max(1, Math.ceil(length / along / Math.max(1, chunkLength)));
  const inners = inner / (width / along);
  const results = outer * used * inners;
  const y = run(entry, [x], {
    shape: used === 1 ? shape : [outer, used, inner],
    dtype: x.dtype,
    sources: [width === 4 ? across4Wgsl : across1Wgsl],
    params: { outer, length: length / along, inner: inners, chunks: used, chunk_length: chunkLength },
    constants: {
      T: x.dtype,
      ...vectorsOf(width, x.dtype),
      ...(entry === 'rows' ? { WORKGROUP_SIZE: rowWorkgroup(x.device, chunkLength) } : COLUMNS[kind]),
    },
    grid: { workgroups: entry === 'rows' ? results : Math.ceil(results / COLUMNS[kind].TILE) },
  });
  return used === 1 ? y : reduceRun(run, y, { outer, length: used, inner }, shape);
}

/** The last run of adjacent axes in a sorted list: reducing it does not move the other axes of the list. */
function lastRun(axes: readonly number[]): { first: number; last: number; rest: readonly number[] } {
  const last = axes[axes.length - 1];
  let i = axes.length - 1;
  while (i > 0 && axes[i - 1] === axes[i] - 1) i--;
  return { first: axes[i], last, rest: axes.slice(0, i) };
}

function reduceAxes(run: Run, x: Tensor, axes: readonly number[], shape: Shape): Tensor {
  if (axes.length === 0) return x.alias(shape);
  const { first, last, rest } = lastRun(axes);
  const view = viewAround(x.shape, first, last);
  if (rest.length === 0) return reduceRun(run, x, view, shape);
  const inner = reducedShape(x.shape, axes.slice(rest.length), true);
  return reduceAxes(run, reduceRun(run, x, view, inner), rest, shape);
}

type Attributes = ReduceAttributes;

type Backward = NonNullable<OpDefinition<[x: Tensor], Attributes>['backward']>;

interface Reduction {
  readonly name: 'sum' | 'max' | 'min' | 'prod';
  readonly shader: Source;
  readonly backward: Backward;
  /** The result for no elements. */
  readonly ofNothing: number;
}

// @__NO_SIDE_EFFECTS__
function reduction({ name, shader, backward, ofNothing }: Reduction) {
  const op = defineOp<[x: Tensor], Attributes>({
    name,
    shader: [scaffold, specialWgsl, shader],
    reference: (all) => all[name],
    dtypes: [['f32', 'i32']],
    shape: ([shape], { axes, keepDims }, [x]) => {
      if (x.dtype === 'i32' && !Number.isFinite(ofNothing) && axes.some((axis) => shape[axis] === 0)) {
        throw new ShapeError({
          op: name,
          got: `shape ${formatShape(shape)} of dtype i32`,
          expected: 'at least one element, as integers have no infinity',
          fix: 'Skip empty tensors, or convert to f32.',
        });
      }
      return reducedShape(shape, axes, keepDims);
    },
    forward: (run, [x], { axes }, shape) =>
      x.size === 0 ? fullOn(x.device, shape, ofNothing, x.dtype) : reduceAxes(run, x, axes, shape),
    backward,
  });
  return named(name, (x: Tensor, options: ReduceOptions = {}): Tensor => {
    const { axis, keepDims = false } = checkValues(name, options, CHECKS);
    return op(x, { axes: normalizeAxes(name, axis, x.ndim), keepDims });
  });
}

/** Broadcasts a reduced tensor back to the shape it was reduced from. */
const spread = (reduced: Tensor, shape: Shape, axes: readonly number[]): Tensor =>
  broadcastTo(reshape(reduced, reducedShape(shape, axes, true)), shape);

const extremeBackward: Backward = (_run, dy, { inputs: [x], y, attributes: { axes } }) => {
  const kept = reducedShape(x.shape, axes, true);
  const chosen = cast(equal(x, reshape(y, kept)), 'f32');
  const ties = sum(chosen, { axis: axes, keepDims: true });
  // If y is NaN, nothing equals it: ties is 0 and the share 0 / 0 = NaN.
  const share = div(mul(reshape(dy, kept), ties), square(ties));
  return [weigh(share, chosen)];
};

/**
 * The sum over axes; f32 or i32; 0 for no elements. A sum of n elements is within `min(n, 700) 2^-24 sum |x|` of the
 * exact sum, however large n is, because partial sums of chunks are added in turn.
 * @throws ShapeError for an axis that does not exist or is repeated.
 */
export const sum = reduction({
  name: 'sum',
  shader: sumWgsl,
  backward: (_run, dy, { inputs: [x], attributes: { axes } }) => [spread(dy, x.shape, axes)],
  ofNothing: 0,
});

/**
 * The maximum over axes, or NaN if there is one; f32 or i32; ties share the gradient equally; -infinity for no
 * elements.
 * @throws ShapeError for an axis that does not exist or is repeated, or for no elements of dtype i32.
 */
export const max = reduction({
  name: 'max',
  shader: maxWgsl,
  backward: extremeBackward,
  ofNothing: Number.NEGATIVE_INFINITY,
});

/**
 * The minimum over axes, or NaN if there is one; f32 or i32; ties share the gradient equally; infinity for no elements.
 * @throws ShapeError for an axis that does not exist or is repeated, or for no elements of dtype i32.
 */
export const min = reduction({
  name: 'min',
  shader: minWgsl,
  backward: extremeBackward,
  ofNothing: Number.POSITIVE_INFINITY,
});

/**
 * The product over axes; f32 or i32; 1 for no elements. The gradient is exact even where elements are 0.
 * @throws ShapeError for an axis that does not exist or is repeated.
 */
export const prod = reduction({
  name: 'prod',
  shader: prodWgsl,
  backward: (_run, dy, { inputs: [x], attributes: { axes } }) => {
    // With one zero in a group, only that element has a gradient: the product of the others. With two, none has one.
    const kept = reducedShape(x.shape, axes, true);
    const isZero = cast(equal(x, 0), 'f32');
    const zeros = sum(isZero, { axis: axes, keepDims: true });
    const filled = add(x, isZero);
    const others = div(prod(filled, { axis: axes, keepDims: true }), filled);
    const noZero = cast(equal(zeros, 0), 'f32');
    const oneZero = mul(cast(equal(zeros, 1), 'f32'), isZero);
    return [mul(reshape(dy, kept), mul(others, add(noZero, oneZero)))];
  },
  ofNothing: 1,
});

/**
 * The arithmetic mean over axes, `sum(x) / n`; f32.
 * @throws DTypeError for i32; ShapeError for an axis that does not exist or is repeated.
 */
export function mean(x: Tensor, options: ReduceOptions = {}): Tensor {
  const { axis } = checkValues('mean', options, CHECKS);
  if (x.dtype !== 'f32') {
    const fix = "Convert it first: cast(x, 'f32').";
    throw new DTypeError({ op: 'mean', got: `a tensor of dtype ${x.dtype}`, expected: 'f32', fix });
  }
  const axes = normalizeAxes('mean', axis, x.ndim);
  const count = sizeOf(axes.map((reduced) => x.shape[reduced]));
  return mul(sum(x, options), 1 / count);
}

/**
 * The variance over axes, `sum((x - mean(x))^2) / (n - correction)`; f32.
 * @param options those of `mean`, and `correction`, default 0 (the biased variance).
 * @throws DTypeError for i32; ShapeError for an axis that does not exist or is repeated.
 */
export function variance(x: Tensor, options: ReduceOptions & { readonly correction?: number } = {}): Tensor {
  const { correction = 0, axis, ...others } = checkValues('variance', options, { ...CHECKS, correction: finite });
  const axes = normalizeAxes('variance', axis, x.ndim);
  const count = sizeOf(axes.map((reduced) => x.shape[reduced]));
  const centred = (of: Tensor): Tensor => sub(of, mean(of, { axis: axes, keepDims: true }));
  const deviation = centred(centred(x)); // the first mean of large numbers is rounded too coarsely for small deviations
  return mul(sum(square(deviation), { ...others, axis: axes }), 1 / (count - correction));
}

/** The largest finite f32. */
const LARGEST = 3.4028234663852886e38;

const logSumExpOp = defineOp<[x: Tensor], Attributes>({
  name: 'logSumExp',
  reference: ({ logSumExp }) => logSumExp,
  shape: ([shape], { axes, keepDims }) => reducedShape(shape, axes, keepDims),
  // The shift stays finite, because infinity - infinity is NaN.
  forward: (_run, [x], { axes }, shape) => {
    const along = { axis: axes, keepDims: true };
    const shift = clip(max(x, along), -LARGEST, LARGEST);
    return reshape(add(log(sum(exp(sub(x, shift)), along)), shift), shape);
  },
  backward: (_run, dy, { inputs: [x], y, attributes: { axes } }) => {
    const kept = reducedShape(x.shape, axes, true);
    const shift = clip(reshape(y, kept), -LARGEST, LARGEST);
    return [mul(reshape(dy, kept), exp(minimum(sub(x, shift), 0)))];
  },
});

/**
 * `log(sum(exp(x)))` over axes; f32; the maximum is subtracted first, so nothing overflows. Elements of minus infinity
 * add nothing; the result is minus infinity if there are no others.
 * @throws DTypeError for i32; ShapeError for an axis that does not exist or is repeated.
 */
export function logSumExp(x: Tensor, options: ReduceOptions = {}): Tensor {
  const { axis, keepDims = false } = checkValues('logSumExp', options, CHECKS);
  return logSumExpOp(x, { axes: normalizeAxes('logSumExp', axis, x.ndim), keepDims });
}
