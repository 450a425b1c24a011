import shader from '../../../shaders/movement/transpose.wgsl';
import { ShapeError } from '../../core/errors.ts';
import { checkList, formatShape, normalizeAxis, type Shape, sizeOf, stridesOf } from '../../core/shape.ts';
import type { Tensor } from '../../core/tensor/tensor.ts';
import { constantOf } from '../../core/wgsl.ts';
import { defineOp, type Op, type Run } from '../op.ts';
import { ANY, gatherStrided } from './stridedCopy.ts';

const TILE = 4 * constantOf(shader.text, 'SIDE');

/** A permutation that swaps two adjacent runs of trailing axes, reduced to three axes; undefined for any other. */
function asSwap(shape: Shape, permutation: readonly number[]) {
  const first = permutation.findIndex((axis, i) => axis !== i);
  if (first < 0) return undefined;
  const middle = permutation[first];
  const swapped = permutation
    .slice(first)
    .every((axis, i) => axis === first + ((middle - first + i) % (shape.length - first)));
  if (!swapped) return undefined;
  const [outer, rows, columns] = [shape.slice(0, first), shape.slice(first, middle), shape.slice(middle)].map(sizeOf);
  return { outer, rows, columns };
}

type Swap = NonNullable<ReturnType<typeof asSwap>>;

function swapped(run: Run, x: Tensor, shape: Shape, swap: Swap): Tensor {
  const { outer, rows, columns } = swap;
  return run(rows % 4 === 0 && columns % 4 === 0 ? 'vectors' : 'singles', [x], {
    shape,
    dtype: x.dtype,
    sources: [shader],
    params: { outer, rows, columns },
    grid: { workgroups: outer * Math.ceil(rows / TILE) * Math.ceil(columns / TILE) },
  });
}

const transposeOp: Op<[x: Tensor], { readonly permutation: readonly number[] }> = defineOp<
  [x: Tensor],
  { readonly permutation: readonly number[] }
>({
  name: 'transpose',
  reference: ({ transpose }) => transpose,
  dtypes: ANY,
  shape: ([x], { permutation }) => permutation.map((axis) => x[axis]),
  forward: (run, [x], { permutation }, shape) => {
    const swap = asSwap(x.shape, permutation);
    if (swap !== undefined) return swapped(run, x, shape, swap);
    const strides = stridesOf(x.shape);
    return gatherStrided(
      run,
      x,
      shape,
      permutation.map((axis) => strides[axis]),
    );
  },
  backward: (_run, dy, { attributes: { permutation } }) => [
    transposeOp(dy, { permutation: permutation.map((_, axis) => permutation.indexOf(axis)) }),
  ],
});

/**
 * Permutes the axes: axis i of the result is axis `permutation[i]` of x; the default reverses the axes. Copies; any
 * dtype.
 * @throws ShapeError unless `permutation` lists each axis once.
 */
export function transpose(x: Tensor, permutation?: readonly number[]): Tensor {
  if (permutation !== undefined) checkList('transpose', 'the permutation', permutation);
  const axes =
    permutation?.map((axis) => normalizeAxis('transpose', axis, x.ndim)) ?? x.shape.map((_, i) => x.ndim - 1 - i);
  if (axes.length !== x.ndim || new Set(axes).size !== x.ndim) {
    throw new ShapeError({
      op: 'transpose',
      got: `the permutation ${formatShape(axes)} for shape ${formatShape(x.shape)}`,
      expected: `each of the ${x.ndim} axes once`,
      fix: 'List every axis, in the order of the result.',
    });
  }
  return transposeOp(x, { permutation: axes });
}
