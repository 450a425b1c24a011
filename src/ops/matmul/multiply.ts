import reluWgsl from '../../../shaders/elementwise/unary/relu.wgsl';
import tanhWgsl from '../../../shaders/elementwise/unary/tanh.wgsl';
import unaryScaffold from '../../../shaders/elementwise/unary.wgsl';
import specialWgsl from '../../../shaders/lib/special.wgsl';
import fourWgsl from '../../../shaders/lib/vectors/four.wgsl';
import linearWgsl from '../../../shaders/matmul/linear.wgsl';
import commonWgsl from '../../../shaders/matmul/matmul.wgsl';
import mergeWgsl from '../../../shaders/matmul/merge.wgsl';
import type { MatmulAttributes as Attributes, ProductActivation } from '../../backends/cpu/reference/matmul/matmul.ts';
import { dependOn } from '../../core/capture.ts';
import { checkChoice, checkedLater, checkValues, flag, named } from '../../core/checks.ts';
import { ShapeError } from '../../core/errors.ts';
import type { Constants, Grid, Source } from '../../core/kernel.ts';
import { broadcastShapes, formatShape, type Shape, sameShape, sizeOf } from '../../core/shape.ts';
import { innerScope } from '../../core/tensor/lifetime.ts';
import { emptyOn, type Tensor } from '../../core/tensor/tensor.ts';
import { elementwise } from '../lib/elements.ts';
import { repetitionOf } from '../lib/repetition.ts';
import { broadcastTo, reshape } from '../movement/strided.ts';
import { defineOp, type Op, type Run } from '../op.ts';
import { candidatesOn, kernelOf, type MatmulChoice, type Operands, type Sizes } from './kernels.ts';

interface MatmulAttributes extends Attributes {
  /** Default: the kernel that is expected to be fastest. */
  readonly kernel?: MatmulChoice;
}

/** Rows that replace A where it is not a matrix in memory and the kernel reads them from somewhere else. */
export interface Rows {
  /** Distinguishes the tuner's measurements. */
  readonly name: string;
  readonly shape: Shape;
  /** The shaders that read blocks of the rows. */
  readonly windows: NonNullable<Operands['windows']>;
}

interface ProductAttributes extends MatmulAttributes {
  /** How the kernel reads A from the first operand. */
  readonly rows?: Rows;
}

/** The shaders of the activations that a product can apply. */
export const ACTIVATIONS = { relu: reluWgsl, tanh: tanhWgsl };

function sizes(a: Shape, b: Shape, { transposeA, transposeB }: MatmulAttributes) {
  const [M, K] = transposeA ? [a[a.length - 1], a[a.length - 2]] : [a[a.length - 2], a[a.length - 1]];
  const [bK, N] = transposeB ? [b[b.length - 1], b[b.length - 2]] : [b[b.length - 2], b[b.length - 1]];
  return { M, N, K, bK };
}

function shapeRule([a, b, bias]: readonly Shape[], attributes: MatmulAttributes): Shape {
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
  if (bias !== undefined && !sameShape(bias, [N])) {
    throw new ShapeError({
      op: 'matmul',
      got: `a bias of shape ${formatShape(bias)}`,
      expected: `one number per column of the product, [${N}]`,
      fix: 'Add other shapes with add().',
    });
  }
  return [...broadcastShapes('matmul', a.slice(0, -2), b.slice(0, -2)), M, N];
}

/**
 * A stack of matrices whose batch axes the kernel can index as (i / repeat) % period; other broadcasts are materialized
 * first.
 */
function batched(x: Tensor, batch: Shape): { x: Tensor; repeat: number; period: number } {
  const repetition = repetitionOf(x.shape.slice(0, -2), batch);
  if (repetition !== undefined) return { x, ...repetition };
  return { x: broadcastTo(x, [...batch, ...x.shape.slice(-2)]), repeat: 1, period: sizeOf(batch) };
}

/** Rounds a length up to a power of two, so that similar shapes share one measurement. */
const sizeClass = (length: number): number => 2 ** Math.ceil(Math.log2(Math.max(1, length)));

/** The kernel that the tuner found fastest for similar products, or the default. */
function tunedChoice(
  run: Run,
  operands: readonly Tensor[],
  attributes: ProductAttributes,
  sizes: Sizes,
  layout: Operands,
): MatmulChoice {
  const { device } = operands[0];
  const { transposeA, transposeB, activation = 'linear', sums = false, rows } = attributes;
  const [M, N, K, batches] = [sizes.M, sizes.N, sizes.K, sizes.batches].map(sizeClass);
  const ends = [operands.length > 2 ? 'bias' : '', activation, sums ? 'sums' : ''].filter(Boolean).join('+');
  const shapes = operands.map(({ shape }) => shape);
  const candidatesFor = (of: Sizes): readonly MatmulChoice[] =>
    candidatesOn(device, of).filter((choice) => kernelOf(choice).kernel.shader(layout));
  const [first] = candidatesFor(sizes);
  const { tuner } = device;
  if (tuner === undefined) return first;
  dependOn(device, () => tuner.round);
  const winner = tuner.choice({
    key: `${rows?.name ?? 'matmul'} ${transposeA ? 'T' : 'N'}${transposeB ? 'T' : 'N'} ${M}x${K}x${N} batch ${batches} ${ends}`,
    // The default comes first, so it is always measured. The others depend on the class of sizes alone.
    candidates: [...new Set([first, ...candidatesFor({ M, N, K, batches })])],
    run: (candidate) =>
      innerScope(() => {
        const scratch = shapes.map((shape) => emptyOn(device, shape));
        multiply(run, scratch, { ...attributes, kernel: candidate as MatmulChoice });
      }),
  });
  return (winner ?? first) as MatmulChoice; // one of the candidates
}

/** The options that differ between the dispatches of a product. */
interface Dispatch {
  readonly shapes: readonly Shape[];
  readonly constants: Constants;
  readonly grid: Grid;
}

/** Multiplies A, a matrix or rows read from something else, by B, and applies bias and activation. */
export function multiply(run: Run, operands: readonly Tensor[], attributes: ProductAttributes): Tensor[] {
  const [aGiven, bGiven, bias] = operands;
  const { transposeA, transposeB, activation, sums = false, rows } = attributes;
  const shapes = [rows?.shape ?? aGiven.shape, ...operands.slice(1).map((x) => x.shape)];
  const shape = shapeRule(shapes, attributes);
  const { M, N, K } = sizes(shapes[0], shapes[1], attributes);
  const batch = shape.slice(0, -2);
  const product = { M, N, K, batches: sizeOf(batch) };
  const layout = { M, N, K, transposeA, transposeB, ...(rows && { windows: rows.windows }) };
  const choice = attributes.kernel ?? tunedChoice(run, operands, attributes, product, layout);
  const { kernel, parts } = kernelOf(choice);
  const shader = kernel.shader(layout);
  if (shader === undefined) throw new Error(`internal: the kernel ${choice} cannot read ${rows?.name}`);
  const a = rows ? { x: aGiven, repeat: 1, period: 1 } : batched(aGiven, batch);
  const b = batched(bGiven, batch);
  const dispatch = (
    variant: string,
    sources: readonly Source[],
    reads: readonly Tensor[],
    options: Dispatch,
  ): Tensor[] =>
    run.several(sums ? 'forward_with_sums' : 'forward', reads, {
      variant,
      sources,
      params: { ...product, a_repeat: a.repeat, a_period: a.period, b_repeat: b.repeat, b_period: b.period },
      ...options,
    });
  const constants = {
    ...shader.constants,
    A_TRANSPOSED: `${transposeA}`,
    B_TRANSPOSED: `${transposeB}`,
    SUMS: `${sums}`,
  };
  const workgroups = kernel.workgroups(product);
  const outputs = sums ? [shape, [N]] : [shape];
  const end = activation ? [specialWgsl, ACTIVATIONS[activation]] : [linearWgsl];
  const BIAS = `${bias !== undefined}`;
  if (parts === 1) {
    const options = { shapes: outputs, constants: { ...constants, BIAS }, grid: { workgroups } };
    return dispatch(choice, [...shader.sources, ...end], [a.x, b.x, bias ?? b.x], options);
  }
  const partial = dispatch(choice, [...shader.sources, linearWgsl], [a.x, b.x, b.x], {
    shapes: outputs.map((output) => [parts, ...output]),
    constants: { ...constants, PARTS: parts },
    grid: { workgroups: parts * workgroups },
  });
  return dispatch('merge', [commonWgsl, mergeWgsl, ...end], [partial[0], partial[sums ? 1 : 0], bias ?? b.x], {
    shapes: outputs,
    constants: { PARTS: parts, BIAS },
    grid: { invocations: sizeOf(shape) + (sums ? N : 0) },
  });
}

/** `dz = dy f'(z)` from `y = f(z)`, for the activations that a product can apply. */
export const slope = defineOp<[y: Tensor, dy: Tensor], { readonly activation: ProductActivation }>({
  name: 'slope',
  shader: elementwise(unaryScaffold, specialWgsl, fourWgsl),
  reference: ({ slope }) => slope,
  shape: ([y]) => y,
  forward: (run, [y, dy], { activation }) =>
    run('backward', [y, y, dy], {
      shape: y.shape,
      sources: [ACTIVATIONS[activation]],
      params: { size: y.size, alpha: 0, beta: 0 },
      constants: { T: 'vec4<f32>', WIDTH: 4 },
    }),
});

/** The product of a and b, plus a bias if there is one, as an operation. */
export const matmulOp: Op<readonly Tensor[], MatmulAttributes> = defineOp<readonly Tensor[], MatmulAttributes>({
  name: 'matmul',
  reference: ({ matmul }) => matmul,
  shape: (shapes, attributes) => shapeRule(shapes, attributes),
  forward: (run, inputs, attributes) => multiply(run, inputs, attributes),
  backward: (_run, dy, { inputs: [a, b, bias], y, attributes, needs }) => {
    const { transposeA, transposeB, activation, kernel } = attributes;
    const fixed = kernel && { kernel };
    const dz = activation ? slope(y, dy, { activation }) : dy;
    const needsBias = bias !== undefined && needs[2];
    const da = !needs[0]
      ? undefined
      : transposeA
        ? matmulOp(b, dz, { transposeA: transposeB, transposeB: true, ...fixed })
        : matmulOp(dz, b, { transposeA: false, transposeB: !transposeB, ...fixed });
    if (!needs[1]) return [da, undefined, needsBias ? dz : undefined];
    if (transposeB) return [da, matmulOp(dz, a, { transposeA: true, transposeB: transposeA, ...fixed }), dz];
    const [left, right] = sharedRows(a, dz, b.shape, transposeA);
    const isShared = needsBias && right.ndim === 2 && b.size > 0;
    const [db, dbias] = matmulOp.outputs(left, right, {
      transposeA: !transposeA,
      transposeB: false,
      ...fixed,
      ...(isShared && { sums: true }),
    });
    return [da, db, isShared ? dbias : dz];
  },
});

/**
 * A and dy for dB, where B has no batch axes: merges the batches into one long product instead of summing many
 * afterwards.
 */
function sharedRows(a: Tensor, dy: Tensor, bShape: Shape, transposeA: boolean): [a: Tensor, dy: Tensor] {
  if (bShape.length > 2 || a.ndim === 2 || transposeA) return [a, dy];
  const rows = (x: Tensor): Tensor => reshape(x, [-1, x.shape[x.ndim - 1]]);
  return [rows(a), rows(dy)];
}

/** Options of `matmul`. */
export interface MatmulOptions {
  /** Whether a is `[..., K, M]` and is multiplied transposed, read in place without a copy; default false. */
  readonly transposeA?: boolean;
  /** Whether b is `[..., N, K]` and is multiplied transposed, read in place without a copy; default false. */
  readonly transposeB?: boolean;
  /** `[N]`, f32, added to every row in the same pass; default none. */
  readonly bias?: Tensor;
  /** Applied last, in the same pass; default none. */
  readonly activation?: ProductActivation;
}

/** `matmul` with a fixed kernel, for tests and benches. */
export const matmulBy =
  /* @__NO_SIDE_EFFECTS__ */
  (kernel: MatmulChoice | undefined) =>
    named('matmul', (a: Tensor, b: Tensor, options: MatmulOptions = {}): Tensor => {
      const checks = { transposeA: flag, transposeB: flag, bias: checkedLater, activation: checkedLater };
      const { transposeA = false, transposeB = false, bias, activation } = checkValues('matmul', options, checks);
      if (activation !== undefined) checkChoice('matmul', 'activation', activation, Object.keys(ACTIVATIONS));
      const attributes = { transposeA, transposeB, ...(activation && { activation }), ...(kernel && { kernel }) };
      return bias ? matmulOp(a, b, bias, attributes) : matmulOp(a, b, attributes);
    });
