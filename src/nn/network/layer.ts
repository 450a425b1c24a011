import {
  type Check,
  type Checks,
  checkedLater,
  checkValue,
  checkValues,
  count,
  flag,
  func,
  listOf,
  named,
  required,
} from '../../core/checks.ts';
import type { Device } from '../../core/device.ts';
import { ShapeError, within } from '../../core/errors.ts';
import { checkShape, formatShape, normalizeAxis, type Shape, sizeOf } from '../../core/shape.ts';
import { checkReturned, type Parameter, parameter, type Tensor } from '../../core/tensor.ts';
import { tensor } from '../../ops/create/create.ts';
import { type ConstraintOption, getConstraint } from '../constraints.ts';
import { getInitializer, type Initializer } from '../initializers.ts';
import { getRegularizer, type RegularizerOption } from '../regularizers.ts';
import { Callable } from './callable.ts';
import { type Applicable, apply, type SymbolicTensor } from './graph.ts';

/** Options that every layer has. */
export interface LayerOptions {
  /** For messages and files; default: its kind, with a number where a model has several. */
  readonly name?: string;
  /** The shape of one sample, without the batch axis; needed by a model's first layer only, if it is not fitted at once. */
  readonly inputShape?: Shape;
  /** Whether training changes its weights; default true. It can be set later, too: `layer.trainable = false`. */
  readonly trainable?: boolean;
}

/** What a layer knows while it computes. */
export interface LayerContext {
  /** What it is applied to: of a layer that merges several, all of them. */
  readonly inputs: readonly Tensor[];
  /** Its weights, by name. */
  readonly weights: Readonly<Record<string, Parameter>>;
  /** Whether batch statistics and dropout apply. */
  readonly training: boolean;
  /** The stream that it draws random numbers from. */
  readonly stream: number;
}

/** Makes a weight of a layer that is being built. */
export type AddWeight = (
  name: string,
  shape: Shape,
  initializer: Initializer | string,
  options?: WeightOptions,
) => void;

/** What a layer may say of a weight besides its first values. */
export interface WeightOptions {
  readonly trainable?: boolean;
  readonly regularizer?: RegularizerOption | undefined;
  readonly constraint?: ConstraintOption | undefined;
}

/** What distinguishes one kind of layer from another. Shapes are those of one sample, without the batch axis. */
export interface LayerDefinition {
  /** How many inputs there are; default one. */
  readonly takes?: 'nothing' | 'one' | 'several';
  readonly outputShape: (...inputShapes: readonly Shape[]) => Shape;
  readonly build?: (add: AddWeight, inputShape: Shape) => void;
  readonly call: (x: Tensor, context: LayerContext) => Tensor;
  /** How many rows its table has, where the numbers that it takes stand for rows of one. */
  readonly vocabulary?: number;
  /** This layer and some that follow in a single pass, where a kernel for them exists. */
  readonly fuse?: (following: readonly Layer[]) => Fused;
}

/** How many layers more a pass takes, and what it computes from the contexts of all of them. */
interface Fused {
  readonly taken: number;
  readonly call: (x: Tensor, contexts: readonly LayerContext[]) => Tensor;
}

const DEFINITION_CHECKS: Checks<keyof LayerDefinition> = {
  takes: [(value) => ['nothing', 'one', 'several'].includes(String(value)), "'nothing', 'one' or 'several'"],
  outputShape: required(func),
  build: func,
  call: required(func),
  vocabulary: count,
  fuse: func,
};

const numbersFor = (shape: Shape): Check => [
  (values) => ArrayBuffer.isView(values) && 'length' in values && values.length === sizeOf(shape),
  `${sizeOf(shape)} numbers in a typed array`,
];

const WEIGHT_CHECKS: Checks<keyof WeightOptions> = {
  trainable: flag,
  regularizer: checkedLater,
  constraint: checkedLater,
};

type Watch = (layer: Layer, passed: { readonly input: Tensor; readonly output: Tensor }) => void;

let watch: Watch | undefined;

/** Runs `body` with every layer in a pass of its own, and tells `each` what goes in and comes out; it is slower. */
export function watchingLayers<R>(each: Watch, body: () => R): R {
  watch = each;
  try {
    return body();
  } finally {
    watch = undefined;
  }
}

/** Applies to places of a graph. */
type Apply = (to: Applicable | readonly Applicable[]) => SymbolicTensor;

/**
 * One step of a model: a function of a tensor, with weights of its own. Applied to an input of a graph, or to what another
 * layer made of it, it makes the next place: `dense({ units: 10 })(x)`. Applied twice it computes twice with its weights.
 */
export class Layer extends (Callable as new () => Apply) {
  readonly kind: string;
  readonly options: LayerOptions;
  readonly takes: NonNullable<LayerDefinition['takes']>;
  readonly outputShape: LayerDefinition['outputShape'];
  readonly vocabulary: number | undefined;
  readonly #definition: LayerDefinition;
  readonly #remake: () => Layer;
  #title: string | undefined;
  #trainable: boolean;
  #weights: Record<string, Parameter> | undefined;
  /** Those of them that training changes unless the layer is frozen. */
  #learned: readonly Parameter[] = [];
  /** The models that it is built for. */
  #users = 0;

  constructor(kind: string, options: LayerOptions, definition: LayerDefinition, remake: () => Layer) {
    super();
    this.kind = kind;
    this.options = options;
    this.takes = definition.takes ?? 'one';
    this.outputShape = definition.outputShape;
    this.vocabulary = definition.vocabulary;
    this.#definition = definition;
    this.#remake = remake;
    this.#title = options.name;
    this.#trainable = options.trainable ?? true;
  }

  /** Internal: what a call does. */
  invoke(to: Applicable | readonly Applicable[]): SymbolicTensor {
    return apply(this, to);
  }

  /**
   * Whether training changes its weights; set to false it is frozen, from the next step on. Batch normalisation then works
   * with its running statistics in training too, and keeps them, as in Keras.
   */
  get trainable(): boolean {
    return this.#trainable;
  }

  set trainable(trainable: boolean) {
    checkValue(this.kind, 'trainable', trainable, flag);
    this.#trainable = trainable;
    for (const weight of this.#learned) weight.trainable = trainable;
  }

  /** Its name: the one that it was given, or has from the first model that it is part of; another model may number it. */
  get title(): string | undefined {
    return this.#title;
  }

  /** Internal: names a layer that has no name. */
  entitle(title: string): void {
    this.#title ??= title;
  }

  get isBuilt(): boolean {
    return this.#weights !== undefined;
  }

  /** Weights by their names inside the layer. @throws ShapeError before the input shape is known. */
  get weights(): Readonly<Record<string, Parameter>> {
    if (this.#weights === undefined) {
      throw new ShapeError({
        op: this.kind,
        got: 'a layer without weights',
        expected: 'a built one',
        fix: 'Give the first layer an inputShape, or fit the model first.',
      });
    }
    return this.#weights;
  }

  /** The shapes of the weights that it has for an input, by their names inside the layer. */
  weightShapes(inputShape: Shape): ReadonlyMap<string, Shape> {
    const shapes = new Map<string, Shape>();
    this.#definition.build?.((weight, shape) => void shapes.set(weight, shape), inputShape);
    return shapes;
  }

  /** Makes the weights on `device`, all of them or none. */
  build(inputShape: Shape, device: Device): void {
    const weights: Record<string, Parameter> = {};
    try {
      this.#addWeights(weights, inputShape, device);
    } catch (error) {
      for (const weight of Object.values(weights)) weight.dispose();
      throw error;
    }
    this.#weights = weights;
    this.#learned = Object.values(weights).filter(({ trainable }) => trainable);
    this.trainable = this.#trainable;
  }

  #addWeights(weights: Record<string, Parameter>, inputShape: Shape, device: Device): void {
    let isOpen = true;
    const done: unknown = this.#definition.build?.((weight, shape, initializer, given = {}) => {
      const name = `${this.#title ?? this.kind}/${weight}`;
      const isNew = isOpen && !Object.hasOwn(weights, weight);
      checkValue(this.kind, 'the weight', weight, [() => isNew, 'one of each name, made before build returns']);
      checkShape(name, shape);
      const { trainable = true, regularizer, constraint } = checkValues(name, given, WEIGHT_CHECKS);
      const options = within(name, () => ({
        name,
        trainable,
        regularizer: getRegularizer(regularizer),
        constraint: getConstraint(constraint),
      }));
      const values = within(name, () => getInitializer(initializer))(shape, device.random);
      checkValue(name, 'its initializer, which returned', values, numbersFor(shape));
      weights[weight] = parameter(tensor(values, { shape, device, dtype: 'f32' }), options);
    }, inputShape);
    isOpen = false;
    if (done instanceof Promise) done.catch(() => {});
    checkValue(this.kind, 'the result of build', done, [(value) => !(value instanceof Promise), 'no promise']);
  }

  /** Internal: a model uses its weights. */
  retain(): void {
    this.#users++;
  }

  /** Internal: a model has ended; the last one that used the weights frees them. */
  release(): void {
    if (--this.#users === 0) this.unbuild();
  }

  /** Internal: frees the weights; a later model makes new ones. */
  unbuild(): void {
    for (const weight of Object.values(this.#weights ?? {})) weight.dispose();
    this.#weights = undefined;
    this.#learned = [];
  }

  /** This layer and those that follow it in a single pass: how many more it takes, and the pass. */
  fuse(following: readonly Layer[]): Fused {
    const fused = this.#definition.fuse?.(following);
    if (fused === undefined) return { taken: 0, call: (x, [context]) => this.#call(x, context) };
    const { taken, call } = fused;
    const layers = [this, ...following.slice(0, taken)];
    return {
      taken,
      call: (x, contexts) =>
        watch === undefined ? call(x, contexts) : layers.reduce((y, layer, i) => layer.#call(y, contexts[i]), x),
    };
  }

  #call(x: Tensor, context: LayerContext): Tensor {
    const y = checkReturned(this.#title ?? this.kind, this.#definition.call(x, context));
    watch?.(this, { input: x, output: y });
    return y;
  }

  /** A layer of the same options and name without weights. */
  clone(): Layer {
    const clone = this.#remake();
    if (this.#title !== undefined) clone.entitle(this.#title);
    clone.trainable = this.#trainable;
    return clone;
  }
}

/** The options of a layer: they may be left out where none is required. */
type LayerArguments<Options> = object extends Options ? [options?: Options] : [options: Options];

/** A shape of one sample. */
export const sampleShape = listOf(
  [(length) => Number.isInteger(length) && Number(length) >= 0, ''],
  'a list of lengths, without the batch axis: [784] for vectors of 784 numbers',
);
/** What every layer may be told. */
export const LAYER_CHECKS: Checks<keyof LayerOptions> = {
  name: [(value) => typeof value === 'string' && value !== '', 'some letters'],
  inputShape: sampleShape,
  trainable: flag,
};

/** Makes layers of a kind. */
export interface LayerMaker<Options extends LayerOptions = never> {
  (...args: LayerArguments<Options>): Layer;
  /** As files name it. */
  readonly kind: string;
}

/**
 * Makes the function that users call for a kind of layer.
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
 * It trains, is checked by `gradcheck` and saved as others are; `loadModel(files, { layers: [scale] })` knows it again.
 * @param checks its options besides those of every layer: what each has to be, and how a message says so.
 * @param define from the options its shape rule, weights and computation, which is to work for tensors of any batch size.
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

/** Refuses an input whose rank a layer can't take. */
export function checkRank(kind: string, inputShape: Shape, least: number): void {
  if (inputShape.length >= least) return;
  throw new ShapeError({
    op: kind,
    got: `samples of shape ${formatShape(inputShape)}`,
    expected: `rank ${least} or more`,
    fix: 'Reshape the data, or put a flatten() or reshape() layer before.',
  });
}

/** The length of samples along an axis that is counted with the batch's, which it may not be. */
export function lengthAlong(kind: string, shape: Shape, axis: number): number {
  const place = normalizeAxis(kind, axis, shape.length + 1);
  if (place > 0) return shape[place - 1];
  throw new ShapeError({
    op: kind,
    got: `axis ${axis}, that of the batch`,
    expected: "one of the samples, from 1 or from the end: weights can't depend on the batch",
    fix: 'Use axis -1 for the last.',
  });
}
