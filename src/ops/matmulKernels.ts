import registerWgsl from '../../shaders/matmul/register.wgsl';
import tiledWgsl from '../../shaders/matmul/tiled.wgsl';
import operands from '../../shaders/matmul.wgsl';
import { ShapeError } from '../errors.ts';
import { constantOf } from '../gpu/wgsl.ts';
import type { Source } from '../kernel.ts';
import { defineOp, type Op } from '../op.ts';
import { type MatmulAttributes, matmul as reference } from '../reference/matmul.ts';
import { broadcastShapes, formatShape, type Shape, sizeOf } from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import { fullOn } from './fill.ts';
import { repetitionOf } from './repetition.ts';
import { broadcastTo, reshape } from './strided.ts';

/** How much of C one workgroup computes, read from the shader's own constants. */
interface Variant {
  readonly name: 'matmulTiled' | 'matmulRegister';
  readonly shader: Source;
  readonly tileM: number;
  readonly tileN: number;
}

const TILED: Variant = {
  name: 'matmulTiled',
  shader: tiledWgsl,
  tileM: constantOf(tiledWgsl.text, 'TILE'),
  tileN: constantOf(tiledWgsl.text, 'TILE'),
};

const REGISTER: Variant = {
  name: 'matmulRegister',
  shader: registerWgsl,
  tileM: constantOf(registerWgsl.text, 'TILE') * constantOf(registerWgsl.text, 'WORKGROUP_SIZE'),
  tileN: constantOf(registerWgsl.text, 'TILE'),
};

function sizes(a: Shape, b: Shape, { transposeA, transposeB }: MatmulAttributes) {
  const [M, K] = transposeA ? [a[a.length - 1], a[a.length - 2]] : [a[a.length - 2], a[a.length - 1]];
  const [bK, N] = transposeB ? [b[b.length - 1], b[b.length - 2]] : [b[b.length - 2], b[b.length - 1]];
  return { M, N, K, bK };
}

function shapeRule(a: Shape, b: Shape, attributes: MatmulAttributes): Shape {
  if (a.length < 2 || b.length < 2) {
    throw new ShapeError({
      op: 'matmul',
      got: `a ${formatShape(a)} and b ${formatShape(b)}`,
      expected: 'rank 2 or more for both',
      fix: 'Reshape a vector to [1, n] or [n, 1].',
    });
  }
  const { M, N, K, bK } = sizes(a, b, attributes);
  if (K !== bK) {
    const which = (transposed: boolean, last: string, other: string): string => (transposed ? other : last);
    throw new ShapeError({
      op: 'matmul',
      got: `a ${formatShape(a)} and b ${formatShape(b)}`,
      expected: `the ${which(attributes.transposeA, 'last', 'second-to-last')} axis of a (${K}) to equal the ${which(attributes.transposeB, 'second-to-last', 'last')} of b (${bK})`,
      fix: attributes.transposeB ? `Make b [..., ${N}, ${K}].` : `Make b [..., ${K}, ${N}], or reshape a.`,
    });
  }
  return [...broadcastShapes('matmul', a.slice(0, -2), b.slice(0, -2)), M, N];
}

/** A stack of matrices whose batch axes the kernel can index as (i / repeat) % period; others are written out first. */
function batched(x: Tensor, batch: Shape): { x: Tensor; repeat: number; period: number } {
  const own = x.shape.slice(0, -2);
  const repetition = repetitionOf(own, batch);
  if (repetition !== undefined) return { x, ...repetition };
  return { x: broadcastTo(x, [...batch, ...x.shape.slice(-2)]), repeat: 1, period: sizeOf(batch) };
}

function define({ name, shader, tileM, tileN }: Variant): Op<[a: Tensor, b: Tensor], MatmulAttributes> {
  const op: Op<[a: Tensor, b: Tensor], MatmulAttributes> = defineOp<[a: Tensor, b: Tensor], MatmulAttributes>({
    name,
    shader: [operands, shader],
    reference,
    shape: ([a, b], attributes) => shapeRule(a, b, attributes),
    forward: (run, [aGiven, bGiven], attributes, shape) => {
      const { M, N, K } = sizes(aGiven.shape, bGiven.shape, attributes);
      if (K === 0) return fullOn(aGiven.device, shape, 0, 'f32');
      const batch = shape.slice(0, -2);
      const a = batched(aGiven, batch);
      const b = batched(bGiven, batch);
      const batches = sizeOf(batch);
      const { transposeA, transposeB } = attributes;
      return run('forward', [a.x, b.x], {
        shape,
        params: { M, N, K, batches, a_repeat: a.repeat, a_period: a.period, b_repeat: b.repeat, b_period: b.period },
        constants: {
          A_TRANSPOSED: `${transposeA}`,
          B_TRANSPOSED: `${transposeB}`,
          A_ALIGNED: `${(transposeA ? M : K) % 4 === 0}`,
          B_ALIGNED: `${(transposeB ? K : N) % 4 === 0}`,
          K_ALIGNED: `${K % 4 === 0}`,
        },
        grid: { workgroups: Math.ceil(M / tileM) * Math.ceil(N / tileN) * batches },
      });
    },
    backward: (_run, dy, { inputs: [a, b], attributes: { transposeA, transposeB }, needs }) => [
      needs[0]
        ? transposeA
          ? op(b, dy, { transposeA: transposeB, transposeB: true })
          : op(dy, b, { transposeA: false, transposeB: !transposeB })
        : undefined,
      needs[1]
        ? transposeB
          ? op(dy, a, { transposeA: true, transposeB: transposeA })
          : sharedWeights(op, a, dy, b.shape, transposeA)
        : undefined,
    ],
  });
  return op;
}

/**
 * dB for a B without batch axes: the batches of A and dy are one long product, rather than many summed afterwards.
 */
function sharedWeights(
  op: Op<[a: Tensor, b: Tensor], MatmulAttributes>,
  a: Tensor,
  dy: Tensor,
  bShape: Shape,
  transposeA: boolean,
): Tensor {
  if (bShape.length > 2 || a.ndim === 2 || transposeA) return op(a, dy, { transposeA: !transposeA, transposeB: false });
  const rows = (x: Tensor): Tensor => reshape(x, [-1, x.shape[x.ndim - 1]]);
  return op(rows(a), rows(dy), { transposeA: true, transposeB: false });
}

/** The workgroup-memory kernel, for GPUs. */
export const matmulTiled = define(TILED);
/** The register kernel, for software GPUs. */
export const matmulRegister = define(REGISTER);
