import { checkValue, func, show } from '../core/checks.ts';
import { ShapeError, ValueError } from '../core/errors.ts';
import { formatShape, type Shape, sameShape } from '../core/shape.ts';
import { isRecording, record, startRecording, stopRecording, type TapeNode, withoutRecording } from '../core/tape.ts';
import { checkReturned, innerScope, Tensor } from '../core/tensor.ts';
import { fullOn } from '../ops/create/fill.ts';
import { markOnes } from '../ops/create/ones.ts';
import { add } from '../ops/elementwise/binary.ts';
import { reshape } from '../ops/movement/strided.ts';
import { sum } from '../ops/reduce/reduce.ts';

/**
 * Records the operations that run while it is open, and walks them back.
 *
 *     using tape = new Tape();
 *     const loss = mean(square(sub(matmul(x, w), y)));
 *     const [dw] = tape.gradient(loss, [w]);
 */
export class Tape {
  readonly #nodes: TapeNode[] = startRecording();
  #open = true;

  /**
   * The gradient of the sum of `loss` with respect to each source; zeros of its shape for one that does not reach it.
   * Ends the recording. The tape keeps what it saved until it is disposed, so it can be asked again.
   * @param options `outputGradient` weighs the elements of `loss` in that sum, in its shape; default all 1.
   * @throws ShapeError if it has another shape, ValueError if the tape was disposed or `loss` is not f32.
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
        expected: 'an open one',
        fix: 'Ask for gradients before dispose(), or before the end of the block with `using`.',
      });
    }
    stopRecording(this.#nodes);
    checkTensors(loss, sources);
    if (outputGradient !== undefined && !sameShape(outputGradient.shape, loss.shape)) {
      throw new ShapeError({
        op: 'Tape.gradient',
        got: `an outputGradient of shape ${formatShape(outputGradient.shape)}`,
        expected: `the shape of the loss, ${formatShape(loss.shape)}`,
        fix: 'Give one weight for each of its elements.',
      });
    }
    const gradients = withoutRecording(() => innerScope(() => walkBack(this.#nodes, loss, sources, outputGradient)));
    if (isRecording()) for (const gradient of gradients) refuseDerivatives(gradient, this.#nodes);
    return gradients;
  }

  /** Ends the recording and lets go of everything saved. */
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
    'a list of tensors: [w, b]',
  ]);
}

/** Tells the tapes around one that a gradient has no derivative here, which would else be 0. */
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
        expected: 'one of operations alone, as a gradient is not differentiated again',
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
      fix: 'Integers have no gradient: take the loss before the comparison or the cast.',
    });
  }
  // Forwards: what depends on a source. Only there does a gradient have to flow.
  const dependent = new Set<Tensor>(sources);
  for (const { inputs, output } of nodes) if (inputs.some((t) => dependent.has(t))) dependent.add(output);

  const seed = outputGradient ?? markOnes(fullOn(loss.device, loss.shape, 1, 'f32'));
  const gradients = new Map<Tensor, Tensor>([[loss, seed]]);
  for (const node of nodes.toReversed()) {
    const dy = gradients.get(node.output);
    if (dy === undefined || !dependent.has(node.output)) continue;
    const needs = node.inputs.map((t) => dependent.has(t));
    if (!needs.includes(true)) continue;
    // An output can be a source too; its gradient stays. Everything else passes its gradient on.
    const given: unknown = node.backward(dy, needs);
    if (!isListOfTensors(given)) {
      const fix = 'Return one tensor for each input, undefined where none is needed; of none at all an empty list.';
      throw new ValueError({
        op: node.op,
        got: `${show(given)} from its backward`,
        expected: 'a list of tensors',
        fix,
      });
    }
    node.inputs.forEach((input, i) => {
      const gradient = given[i];
      if (gradient === undefined || !needs[i]) return;
      const fitted = fit(node.op, gradient, input);
      const others = gradients.get(input);
      gradients.set(input, others === undefined ? fitted : add(others, fitted));
    });
  }
  return sources.map((source) => gradients.get(source)?.alias() ?? fullOn(source.device, source.shape, 0, 'f32'));
}

const isListOfTensors = (given: unknown): given is readonly (Tensor | undefined)[] =>
  Array.isArray(given) && given.every((each) => each === undefined || each instanceof Tensor);

/** Sums a gradient back over the axes that broadcasting added, and holds it to the shape of its input. */
function fit(op: string, gradient: Tensor, input: Tensor): Tensor {
  const added = gradient.ndim - input.ndim;
  const isOfInput = input.shape.every((length, axis) => length === 1 || length === gradient.shape[axis + added]);
  if (added < 0 || !isOfInput) {
    throw new ShapeError({
      op,
      got: `a gradient of shape ${formatShape(gradient.shape)} from its backward`,
      expected: `that of the input, ${formatShape(input.shape)}`,
      fix: 'Mend the backward of the operation.',
    });
  }
  return sameShape(gradient.shape, input.shape) ? gradient : sumTo(gradient, input.shape);
}

/** Sums a gradient back to the shape that broadcasting started from. */
function sumTo(gradient: Tensor, shape: Shape): Tensor {
  const extra = gradient.ndim - shape.length;
  const axes = gradient.shape.flatMap((length, axis) =>
    axis < extra || (shape[axis - extra] === 1 && length !== 1) ? [axis] : [],
  );
  return reshape(sum(gradient, { axis: axes }), shape);
}

/**
 * Runs `f` and returns its value with the gradient of the value's sum for each source, in their order.
 * Everything made inside is freed, except what is returned.
 * @param f makes the loss from the sources, f32, usually a scalar.
 */
export function valueAndGrad(f: () => Tensor, sources: readonly Tensor[]): { value: Tensor; grads: Tensor[] } {
  checkValue('valueAndGrad', 'the function', f, func);
  return innerScope(() => {
    using tape = new Tape();
    const value = checkReturned(f.name || 'the function of valueAndGrad', f());
    return { value, grads: tape.gradient(value, sources) };
  });
}
