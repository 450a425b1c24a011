import { type Checks, checkValues, count, flag, func, listOf, named, required } from '../../core/checks.ts';
import { ShapeError } from '../../core/errors.ts';
import { formatShape, normalizeAxis, type Shape } from '../../core/shape.ts';
import { Layer, type LayerDefinition, type LayerOptions } from './layer.ts';

const DEFINITION_CHECKS: Checks<keyof LayerDefinition> = {
  takes: [(value) => ['nothing', 'one', 'several'].includes(String(value)), "'nothing', 'one' or 'several'"],
  outputShape: required(func),
  build: func,
  call: required(func),
  vocabulary: count,
  fuse: func,
};

/** The options of a layer, optional unless one of them is required. */
type LayerArguments<Options> = object extends Options ? [options?: Options] : [options: Options];

export const sampleShape = listOf(
  [(length) => Number.isInteger(length) && Number(length) >= 0, ''],
  'a list of lengths, without the batch axis: [784] for vectors of 784 numbers',
);
export const LAYER_CHECKS: Checks<keyof LayerOptions> = {
  name: [(value) => typeof value === 'string' && value !== '', 'some letters'],
  inputShape: sampleShape,
  trainable: flag,
};

/** A function that makes layers of one kind. */
export interface LayerMaker<Options extends LayerOptions = never> {
  (...args: LayerArguments<Options>): Layer;
  /** The name of this kind of layer in files and messages. */
  readonly kind: string;
}

/**
 * Defines your own kind of layer and returns the function that makes such layers.
 *
 *     const scale = defineLayer<LayerOptions & { factor?: number }>(
 *       'scale',
 *       { factor: [(value) => Number.isFinite(value), 'a finite number'] },
 *       ({ factor = 1 }) => ({
 *         outputShape: (shape) => shape,
 *         build: (addWeight, shape) => addWeight('gain', [shape[shape.length - 1]], 'ones'),
 *         call: (x, { weights: { gain } }) => mul(mul(x, gain), factor),
 *       }),
 *     );
 *
 * Such layers can be trained, saved and checked with `gradcheck` as any other; `loadModel(files, { layers: [scale] })` loads them.
 * @param kind the name in files and messages.
 * @param checks for each option: a test, and the words that messages use for what it expects.
 * @param define returns shape rule, weights and computation for the given options. The computation must work for any batch size.
 */
// @__NO_SIDE_EFFECTS__
export function defineLayer<Options extends LayerOptions>(
  kind: string,
  checks: Checks<Exclude<keyof Options & string, keyof LayerOptions>>,
  define: (options: Options) => LayerDefinition,
): LayerMaker<Options> {
  const make = (options: Options): Layer => {
    checkValues(kind, options, { ...checks, ...LAYER_CHECKS });
    const definition = checkValues(kind, define(options), DEFINITION_CHECKS);
    return new Layer(kind, options, definition, () => make(options));
  };
  // Options may be left out only where none is required.
  const maker = named(kind, (...[options]: LayerArguments<Options>): Layer => make(options ?? ({} as Options)));
  return Object.assign(maker, { kind });
}

export const isLayerMaker = (value: unknown): value is LayerMaker =>
  typeof value === 'function' && 'kind' in value && !(value instanceof Layer);

/** Rejects samples of a rank below `least`. */
export function checkRank(kind: string, inputShape: Shape, least: number): void {
  if (inputShape.length >= least) return;
  throw new ShapeError({
    op: kind,
    got: `samples of shape ${formatShape(inputShape)}`,
    expected: `rank ${least} or more`,
    fix: 'Reshape the data, or put a flatten() or reshape() layer before it.',
  });
}

/** The length of samples along an axis, counting the batch axis. @throws ShapeError if it is the batch axis. */
export function lengthAlong(kind: string, shape: Shape, axis: number): number {
  const place = normalizeAxis(kind, axis, shape.length + 1);
  if (place > 0) return shape[place - 1];
  throw new ShapeError({
    op: kind,
    got: `axis ${axis}, the batch axis`,
    expected: 'an axis of the samples, from 1 on or from the end, because weights cannot depend on the batch',
    fix: 'Use axis -1 for the last axis.',
  });
}
