import { show } from '../checks.ts';
import { DTypeError, ShapeError, ValueError } from '../errors.ts';
import { formatShape, type Shape, sameShape } from '../shape.ts';
import type { DType } from './storage.ts';
import { Tensor } from './tensor.ts';

/** Rejects a dtype that an operation does not support. */
export function checkDType(op: string, name: string, tensor: Tensor, allowed: readonly DType[]): void {
  if (allowed.includes(tensor.dtype)) return;
  throw new DTypeError({
    op,
    got: `${name} of dtype ${tensor.dtype}`,
    expected: allowed.join(' or '),
    fix: `Convert it with cast(${name}, '${allowed[0]}').`,
  });
}

/**
 * Checks what a user's function returned: a tensor of the expected dtype and shape.
 * @param name the function's name.
 * @throws ValueError, DTypeError or ShapeError that says what the function returned.
 */
export function checkReturned(
  name: string,
  value: unknown,
  { dtype = 'f32', shape }: { readonly dtype?: DType | undefined; readonly shape?: Shape } = {},
): Tensor {
  const op = name || 'a function without a name';
  if (!(value instanceof Tensor)) {
    const isLate = value instanceof Promise;
    if (isLate) value.catch(() => {}); // its outcome no longer matters
    throw new ValueError({
      op,
      got: `${isLate ? 'a promise' : show(value)} in return`,
      expected: 'a tensor',
      fix: isLate
        ? 'A step cannot wait: leave out async and await.'
        : 'Return the result of operations, for example mean(...).',
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

/** Rejects a tensor whose shape differs from the expected one. */
export function checkSameShape(op: string, name: string, tensor: Tensor, expected: Shape): void {
  if (sameShape(tensor.shape, expected)) return;
  throw new ShapeError({
    op,
    got: `${name} of shape ${formatShape(tensor.shape)}`,
    expected: formatShape(expected),
    fix: 'Reshape it, or check how it was made.',
  });
}
