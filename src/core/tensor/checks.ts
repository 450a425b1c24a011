import { show } from '../checks.ts';
import { DTypeError, ShapeError, ValueError } from '../errors.ts';
import { formatShape, type Shape, sameShape } from '../shape.ts';
import type { DType } from '../storage.ts';
import { Tensor } from './tensor.ts';

/** Refuses a dtype that an operation does not compute in. */
export function checkDType(op: string, name: string, given: Tensor, allowed: readonly DType[]): void {
  if (allowed.includes(given.dtype)) return;
  throw new DTypeError({
    op,
    got: `${name} of dtype ${given.dtype}`,
    expected: allowed.join(' or '),
    fix: `Convert it with cast(${name}, '${allowed[0]}').`,
  });
}

/**
 * What a user's function returned, which has to be a tensor of that dtype and shape.
 * @param name that of the function. @throws ValueError, DTypeError, ShapeError that say what it returned.
 */
export function checkReturned(
  name: string,
  value: unknown,
  { dtype = 'f32', shape }: { readonly dtype?: DType | undefined; readonly shape?: Shape } = {},
): Tensor {
  const op = name || 'a function without a name';
  if (!(value instanceof Tensor)) {
    const isLate = value instanceof Promise;
    if (isLate) value.catch(() => {}); // what comes of it does not matter any more
    throw new ValueError({
      op,
      got: `${isLate ? 'a promise' : show(value)} in return`,
      expected: 'a tensor',
      fix: isLate
        ? 'A step waits for nothing: leave async and await out.'
        : 'Return what operations make: mean(...), say.',
    });
  }
  if (value.dtype !== dtype) {
    throw new DTypeError({
      op,
      got: `a tensor of dtype ${value.dtype} in return`,
      expected: dtype,
      fix: `Convert it with cast(..., '${dtype}').`,
    });
  }
  if (shape !== undefined && !sameShape(value.shape, shape)) {
    throw new ShapeError({
      op,
      got: `a tensor of shape ${formatShape(value.shape)} in return`,
      expected: formatShape(shape),
      fix: 'Correct what it computes.',
    });
  }
  return value;
}

/** Refuses a tensor whose shape is not the expected one. */
export function checkSameShape(op: string, name: string, given: Tensor, expected: Shape): void {
  if (sameShape(given.shape, expected)) return;
  throw new ShapeError({
    op,
    got: `${name} of shape ${formatShape(given.shape)}`,
    expected: formatShape(expected),
    fix: 'Reshape it, or check how it was made.',
  });
}
