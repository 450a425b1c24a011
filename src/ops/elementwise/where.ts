import shader from '../../../shaders/elementwise/where.wgsl';
import { DTypeError } from '../../core/errors.ts';
import { broadcastShapes, sameShape, sizeOf } from '../../core/shape.ts';
import { Tensor } from '../../core/tensor/tensor.ts';
import { fullOn } from '../create/fill.ts';
import { elementwise } from '../lib/elements.ts';
import { broadcastTo } from '../movement/strided.ts';
import { defineOp, type Op } from '../op.ts';
import type { Operand } from './binary.ts';

const whereOp: Op<[condition: Tensor, a: Tensor, b: Tensor], object> = defineOp<
  [condition: Tensor, a: Tensor, b: Tensor]
>({
  name: 'where',
  shader: elementwise(shader),
  reference: ({ where }) => where,
  dtypes: [['i32'], ['f32', 'i32']],
  shape: ([condition, a, b], _, inputs) => {
    const [, { dtype }, other] = inputs;
    if (dtype !== other.dtype) {
      throw new DTypeError({
        op: 'where',
        got: `dtypes ${dtype} and ${other.dtype} for a and b`,
        expected: 'one dtype',
        fix: "Convert one of them, for example with cast(x, 'f32').",
      });
    }
    return broadcastShapes('where', condition, broadcastShapes('where', a, b));
  },
  forward: (run, inputs, _, shape) => {
    const spread = inputs.map((x) => (sameShape(x.shape, shape) ? x : broadcastTo(x, shape)));
    return run('forward', spread, { shape, dtype: inputs[1].dtype, params: { size: sizeOf(shape) } });
  },
  backward: (_run, dy, { inputs: [condition], needs }) => {
    const zeros = fullOn(dy.device, dy.shape, 0, 'f32');
    return [
      undefined,
      needs[1] ? whereOp(condition, dy, zeros) : undefined,
      needs[2] ? whereOp(condition, zeros, dy) : undefined,
    ];
  },
});

/**
 * `a` where the condition is not 0, else `b`, with NumPy broadcasting of all three. Each element's gradient goes to the
 * operand that was selected.
 * @param condition i32, as comparisons return it.
 * @param a f32 or i32, the dtype of `b`; a number becomes a scalar of the other's dtype.
 * @throws DTypeError if `a` and `b` differ in dtype, or the condition is not i32; ShapeError if the shapes do not
 * broadcast.
 */
export function where(condition: Tensor, a: Operand, b: Operand): Tensor {
  const [tensor] = [a, b].filter((x) => x instanceof Tensor);
  const operand = (x: Operand): Tensor =>
    x instanceof Tensor ? x : fullOn(condition.device, [], x, tensor?.dtype ?? 'f32');
  return whereOp(condition, operand(a), operand(b));
}
