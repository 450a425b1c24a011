import { checkValue, func, show } from '../core/checks.ts';
import { ShapeError, ValueError } from '../core/errors.ts';
import { formatShape, type Shape, sameShape } from '../core/shape.ts';
import { isRecording, record, startRecording, stopRecording, type TapeNode, withoutRecording } from '../core/tape.ts';
import { checkReturned } from '../core/tensor/checks.ts';
import { innerScope } from '../core/tensor/lifetime.ts';
import { Tensor } from '../core/tensor/tensor.ts';
import { fullOn } from '../ops/create/fill.ts';
import { markOnes } from '../ops/create/ones.ts';
import { add } from '../ops/elementwise/binary.ts';
import { reshape } from '../ops/movement/strided.ts';
import { sum } from '../ops/reduce/reduce.ts';

/**
 * Records the operations that run while it is open, and computes gradients by walking them backwards.
 *
 *     using tape = new Tape();
 *     const loss = mean(square(sub(matmul(x, w), y)));
 *     const [dw] = tape.gradient(loss, [w]);
 */
export class Tape {
  readonly #nodes: TapeNode[] = startRecording();
  #open = true;

  /**
   * The gradient of `sum(loss * outputGradient)` with respect to each source; zeros for a source that `loss` does not
   * depend on. Ends the recording. The tape keeps its saved tensors until it is disposed, so `gradient` can be called
   * again.
   * @param loss f32, any shape.
   * @param sources tensors that were used while the tape was open.
   * @param options `outputGradient`, f32, the shape of `loss`; default all 1.
   * @returns one gradient per source, in the source's shape, f32.
   * @throws ShapeError if `outputGradient` has another shape; ValueError if the tape was disposed or `loss` is not f32.
   */
  gradient(
    loss: Tensor,
    sources: readonly Tensor[],
    { outputGradient }: { readonly outputGradient?: Tensor } = {},
  ): Tensor[] {
    if (!this.#open) {
      throw new ValueError({
        op: 'Tape.gradient',
        got: 'a disposed tape',
        expected: 'an open tape',
        fix: 'Call gradient before dispose(), or before the end of the block with `using`.',
      });
    }
    stopRecording(this.#nodes);
    checkTensors(loss, sources);
    if (outputGradient !== undefined && !sameShape(outputGradient.shape, loss.shape)) {
      throw new ShapeError({
        op: 'Tape.gradient',
        got: `an outputGradient of shape ${formatShape(outputGradient.shape)}`,
        expected: `the shape of the loss, ${formatShape(loss.shape)}`,
        fix: 'Pass one weight per element of the loss.',
      });
    }
    const gradients = withoutRecording(() => innerScope(() => walkBack(this.#nodes, loss, sources, outputGradient)));
    if (isRecording()) for (const gradient of gradients) refuseDerivatives(gradient, this.#nodes);
    return gradients;
  }

  /** Ends the recording and frees the saved tensors. */
  dispose(): void {
    stopRecording(this.#nodes);
    for (const node of this.#nodes.splice(0)) node.release();
    this.#open = false;
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

function checkTensors(loss: unknown, sources: unknown): void {
  const isTensor = (value: unknown): boolean => value instanceof Tensor;
  checkValue('gradient', 'the loss', loss, [isTensor, 'a tensor']);
  checkValue('gradient', 'the sources', sources, [
    (value) => Array.isArray(value) && value.every(isTensor),
    'an array of tensors: [w, b]',
  ]);
}

/** Makes enclosing tapes throw for derivatives of a gradient, which would otherwise silently be 0. */
function refuseDerivatives(gradient: Tensor, nodes: readonly TapeNode[]): void {
  const inputs = [...new Set(nodes.flatMap((node) => node.inputs))];
  record(() => ({
    op: 'gradient',
    inputs,
    output: gradient,
    backward: () => {
      throw new ValueError({
        op: 'gradient',
        got: 'a value that depends on a gradient',
        expected: 'a value of operations only, because gradients cannot be differentiated again',
        fix: 'Take the inner gradient before the outer tape opens, or write its formula with operations.',
      });
    },
    release: () => {},
  }));
}

function walkBack(
  nodes: readonly TapeNode[],
  loss: Tensor,
  sources: readonly Tensor[],
  outputGradient: Tensor | undefined,
): Tensor[] {
  if (loss.dtype !== 'f32') {
    throw new ValueError({
      op: 'gradient',
      got: `a loss of dtype ${loss.dtype}`,
      expected: 'f32',
      fix: 'Integers have no gradient: use the value before the comparison or the cast.',
    });
  }
  // Walk forwards to find what depends on a source. Gradients flow only there.
  const dependent = new Set<Tensor>(sources);
  for (const { inputs, output } of nodes) if (inputs.some((t) => dependent.has(t))) dependent.add(output);

  const seed = outputGradient ?? markOnes(fullOn(loss.device, loss.shape, 1, 'f32'));
  const gradients = new Map<Tensor, Tensor>([[loss, seed]]);
  for (const node of nodes.toReversed()) {
    const dy = gradients.get(node.output);
    if (dy === undefined || !dependent.has(node.output)) continue;
    const needs = node.inputs.map((t) => dependent.has(t));
    if (!needs.includes(true)) continue;
    // The gradient of an output stays in the map, because an output can be a source too.
    const returned: unknown = node.backward(dy, needs);
    if (!isListOfTensors(returned)) {
      const fix = 'Return one tensor per input, undefined where none is needed; or an empty array if no input has one.';
      throw new ValueError({
        op: node.op,
        got: `${show(returned)} from its backward`,
        expected: 'an array of tensors',
        fix,
      });
    }
    node.inputs.forEach((input, i) => {
      const gradient = returned[i];
      if (gradient === undefined || !needs[i]) return;
      const fitted = fit(node.op, gradient, input);
      const others = gradients.get(input);
      gradients.set(input, others === undefined ? fitted : add(others, fitted));
    });
  }
  return sources.map((source) => gradients.get(source)?.alias() ?? fullOn(source.device, source.shape, 0, 'f32'));
}

const isListOfTensors = (value: unknown): value is readonly (Tensor | undefined)[] =>
  Array.isArray(value) && value.every((item) => item === undefined || item instanceof Tensor);

/** Sums a gradient over the axes that broadcasting added, and checks that it has its input's shape. */
function fit(op: string, gradient: Tensor, input: Tensor): Tensor {
  const added = gradient.ndim - input.ndim;
  const isOfInput = input.shape.every((length, axis) => length === 1 || length === gradient.shape[axis + added]);
  if (added < 0 || !isOfInput) {
    throw new ShapeError({
      op,
      got: `a gradient of shape ${formatShape(gradient.shape)} from its backward`,
      expected: `the shape of the input, ${formatShape(input.shape)}`,
      fix: 'Correct the backward of the operation.',
    });
  }
  return sameShape(gradient.shape, input.shape) ? gradient : sumTo(gradient, input.shape);
}

/** Sums a gradient to the shape from which its operand was broadcast. */
function sumTo(gradient: Tensor, shape: Shape): Tensor {
  const extra = gradient.ndim - shape.length;
  const axes = gradient.shape.flatMap((length, axis) =>
    axis < extra || (shape[axis - extra] === 1 && length !== 1) ? [axis] : [],
  );
  return reshape(sum(gradient, { axis: axes }), shape);
}

/**
 * Runs `f` and returns its value, and the gradient of the value's sum with respect to each source, in order. All other
 * tensors made inside are freed.
 * @param f computes the loss from the sources: f32, usually a scalar.
 * @returns `value`, what `f` returned, and `grads`, one per source in its shape, f32.
 * @throws ValueError if `f` is not a function or does not return a tensor; DTypeError if its value is not f32.
 */
export function valueAndGrad(f: () => Tensor, sources: readonly Tensor[]): { value: Tensor; grads: Tensor[] } {
  checkValue('valueAndGrad', 'the function', f, func);
  return innerScope(() => {
    using tape = new Tape();
    const value = checkReturned(f.name || 'the function of valueAndGrad', f());
    return { value, grads: tape.gradient(value, sources) };
  });
}
