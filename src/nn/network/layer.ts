import { type Check, type Checks, checkedLater, checkValue, checkValues, flag } from '../../core/checks.ts';
import type { Device } from '../../core/device.ts';
import { ShapeError, ValueError, withErrorContext } from '../../core/errors.ts';
import { checkShape, type Shape, sizeOf } from '../../core/shape.ts';
import { checkReturned } from '../../core/tensor/checks.ts';
import { type Parameter, parameter } from '../../core/tensor/parameter.ts';
import { Tensor } from '../../core/tensor/tensor.ts';
import { tensor } from '../../ops/create/create.ts';
import { type ConstraintOption, getConstraint } from '../constraints.ts';
import { getInitializer, type Initializer } from '../initializers.ts';
import { getRegularizer, type RegularizerOption } from '../regularizers.ts';
import { Callable } from './callable.ts';

/** Options that every layer has. */
export interface LayerOptions {
  /** The name in messages and files; default: the kind, numbered if a model has several of them. */
  readonly name?: string;
  /** The shape of one sample, without the batch axis. Only the first layer needs it, and only before the first `fit` or `call`. */
  readonly inputShape?: Shape;
  /** Whether training changes its weights; default true. Can be set later: `layer.trainable = false`. */
  readonly trainable?: boolean;
}

/** What the `call` of a layer receives besides its input. */
export interface LayerContext {
  /** All inputs, for a layer that merges them. */
  readonly inputs: readonly Tensor[];
  /** The layer's weights, by name. */
  readonly weights: Readonly<Record<string, Parameter>>;
  /** Whether the model trains, with batch statistics and dropout. */
  readonly training: boolean;
  /** The stream of random numbers to draw from. */
  readonly stream: number;
}

/** Makes an f32 weight while a layer is built. */
export type AddWeight = (
  name: string,
  shape: Shape,
  initializer: Initializer | string,
  options?: WeightOptions,
) => void;

/** Options of a weight. */
export interface WeightOptions {
  /** Whether training changes it; default true. */
  readonly trainable?: boolean;
  /** A penalty added to the loss; default none. */
  readonly regularizer?: RegularizerOption | undefined;
  /** A projection applied after every step; default none. */
  readonly constraint?: ConstraintOption | undefined;
}

/** Defines a layer. Shapes are those of one sample, without the batch axis. */
export interface LayerDefinition {
  /** The number of inputs: none, one (default), or two and more. */
  readonly takes?: 'nothing' | 'one' | 'several';
  /** Returns the shape of the output; throws a ShapeError for inputs that it cannot take. */
  readonly outputShape: (...inputShapes: readonly Shape[]) => Shape;
  /** Makes the weights; default none. */
  readonly build?: (add: AddWeight, inputShape: Shape) => void;
  /** Computes the output of a batch, `[batch, ...outputShape]`. */
  readonly call: (x: Tensor, context: LayerContext) => Tensor;
  /** Size of the vocabulary, if inputs are ids. */
  readonly vocabulary?: number;
  /** Fuses this layer with some that follow, if a kernel for them exists. */
  readonly fuse?: (following: readonly Layer[]) => Fused;
}

/** The number of following layers that are fused, and the computation from the contexts of all. */
interface Fused {
  readonly taken: number;
  readonly call: (x: Tensor, contexts: readonly LayerContext[]) => Tensor;
}

const numbersFor = (shape: Shape): Check => [
  (values) => ArrayBuffer.isView(values) && 'length' in values && values.length === sizeOf(shape),
  `${sizeOf(shape)} numbers in a typed array`,
];

const WEIGHT_CHECKS: Checks<keyof WeightOptions> = {
  trainable: flag,
  regularizer: checkedLater,
  constraint: checkedLater,
};

/** Names of layers that the user did not name. */
const titles = new WeakMap<Layer, string>();

/** Names a layer that the user did not name. */
export function setTitle(layer: Layer, title: string): void {
  if (layer.title === undefined) titles.set(layer, title);
}

type Apply = (to: Applicable | readonly Applicable[]) => SymbolicTensor;

type ForwardHook = (layer: Layer, passed: { readonly input: Tensor; readonly output: Tensor }) => void;

let forwardHook: ForwardHook | undefined;

/** Runs `body` and calls `hook` after each layer. Layers are not fused meanwhile, which is slower. */
export function withForwardHook<R>(hook: ForwardHook, body: () => R): R {
  forwardHook = hook;
  try {
    return body();
  } finally {
    forwardHook = undefined;
  }
}

/**
 * A layer: a function with weights. Called with a symbolic tensor it returns another: `dense({ units: 10 })(x)`. A layer that is
 * called twice computes twice with the same weights.
 */
export class Layer extends (Callable as new (apply: Apply) => Apply) {
  /** The name of its kind, such as `dense`. */
  readonly kind: string;
  /** The options it was made with. */
  readonly options: LayerOptions;
  readonly takes: NonNullable<LayerDefinition['takes']>;
  readonly outputShape: LayerDefinition['outputShape'];
  readonly vocabulary: number | undefined;
  readonly #definition: LayerDefinition;
  readonly #remake: () => Layer;
  #trainable: boolean;
  #weights: Record<string, Parameter> | undefined;
  /** The weights that training changes unless the layer is frozen. */
  #learned: readonly Parameter[] = [];

  constructor(kind: string, options: LayerOptions, definition: LayerDefinition, remake: () => Layer) {
    super((to) => apply(this, to));
    this.kind = kind;
    this.options = options;
    this.takes = definition.takes ?? 'one';
    this.outputShape = definition.outputShape;
    this.vocabulary = definition.vocabulary;
    this.#definition = definition;
    this.#remake = remake;
    this.#trainable = options.trainable ?? true;
  }

  /**
   * Whether training changes its weights. If set to false, the layer is frozen from the next step on. A frozen batch normalization
   * uses its running statistics in training too, and does not update them, as in Keras.
   */
  get trainable(): boolean {
    return this.#trainable;
  }

  set trainable(trainable: boolean) {
    checkValue(this.kind, 'trainable', trainable, flag);
    this.#trainable = trainable;
    for (const weight of this.#learned) weight.trainable = trainable;
  }

  /** Its name: the given one, or the one from its first model. Other models may number it. */
  get title(): string | undefined {
    return this.options.name ?? titles.get(this);
  }

  get isBuilt(): boolean {
    return this.#weights !== undefined;
  }

  /** The weights by name. @throws ShapeError if the layer is not built. */
  get weights(): Readonly<Record<string, Parameter>> {
    if (this.#weights === undefined) {
      throw new ShapeError({
        op: this.kind,
        got: 'a layer without weights',
        expected: 'a layer that is built',
        fix: 'Give the first layer an inputShape, or fit the model first.',
      });
    }
    return this.#weights;
  }

  /** The shapes of the weights by name, for an input shape. */
  weightShapes(inputShape: Shape): ReadonlyMap<string, Shape> {
    const shapes = new Map<string, Shape>();
    this.#definition.build?.((weight, shape) => void shapes.set(weight, shape), inputShape);
    return shapes;
  }

  /** Makes the weights on `device`; if one fails, none are made. */
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
      const name = `${this.title ?? this.kind}/${weight}`;
      const isNew = isOpen && !Object.hasOwn(weights, weight);
      checkValue(this.kind, 'the weight', weight, [() => isNew, 'one of each name, made before build returns']);
      checkShape(name, shape);
      const { trainable = true, regularizer, constraint } = checkValues(name, given, WEIGHT_CHECKS);
      const options = withErrorContext(name, () => ({
        name,
        trainable,
        regularizer: getRegularizer(regularizer),
        constraint: getConstraint(constraint),
      }));
      const values = withErrorContext(name, () => getInitializer(initializer))(shape, device.random);
      checkValue(name, 'its initializer, which returned', values, numbersFor(shape));
      weights[weight] = parameter(tensor(values, { shape, device, dtype: 'f32' }), options);
    }, inputShape);
    isOpen = false;
    if (done instanceof Promise) done.catch(() => {});
    checkValue(this.kind, 'the result of build', done, [
      (value) => !(value instanceof Promise),
      'a build that is not async',
    ]);
  }

  /** Frees the weights; the last model that has the layer does this. A later model makes new ones. */
  dispose(): void {
    for (const weight of Object.values(this.#weights ?? {})) weight.dispose();
    this.#weights = undefined;
    this.#learned = [];
  }

  fuse(following: readonly Layer[]): Fused {
    const fused = this.#definition.fuse?.(following);
    if (fused === undefined) return { taken: 0, call: (x, [context]) => this.#call(x, context) };
    const { taken, call } = fused;
    const layers = [this, ...following.slice(0, taken)];
    return {
      taken,
      call: (x, contexts) =>
        forwardHook === undefined ? call(x, contexts) : layers.reduce((y, layer, i) => layer.#call(y, contexts[i]), x),
    };
  }

  #call(x: Tensor, context: LayerContext): Tensor {
    const y = checkReturned(this.title ?? this.kind, this.#definition.call(x, context));
    forwardHook?.(this, { input: x, output: y });
    return y;
  }

  /** An unbuilt layer with the same options and name. */
  clone(): Layer {
    const clone = this.#remake();
    if (this.title !== undefined) setTitle(clone, this.title);
    clone.trainable = this.#trainable;
    return clone;
  }
}

let made = 0;

/**
 * The output of a layer in a graph: a placeholder without numbers. A graph starts with `input({ shape })`, and
 * `model({ inputs, outputs })` makes it a function of tensors.
 */
export class SymbolicTensor {
  /** The layer whose output it is; undefined for the input of a sequential model. */
  readonly layer: Layer | undefined;
  /** The inputs of that layer. */
  readonly inputs: readonly SymbolicTensor[];
  /** Larger than the `order` of every input. */
  readonly order = made++;

  constructor(layer: Layer | undefined, inputs: readonly SymbolicTensor[]) {
    this.layer = layer;
    this.inputs = inputs;
  }
}

/** What a layer can be applied to. An input layer stands for its output. */
export type Applicable = SymbolicTensor | Layer;

/** A function of symbolic tensors: a layer, or a block such as `residual(...)`. */
export type Block = (x: SymbolicTensor) => SymbolicTensor;

const ofInputLayers = new WeakMap<Layer, SymbolicTensor>();

/** The given symbolic tensor, or the one of an input layer. */
export function symbolic(given: Applicable): SymbolicTensor {
  if (given instanceof SymbolicTensor) return given;
  if (typeof given !== 'function' || given.takes !== 'nothing') {
    throw new ValueError({
      op: 'model',
      got:
        given instanceof Tensor
          ? 'a tensor'
          : typeof given === 'function'
            ? `${given.kind ?? 'a block'} itself`
            : `${given}`,
      expected: 'an input, or the output of a layer',
      fix: 'Start with x = input({ shape: [784] }) and apply layers: dense({ units: 10 })(x). For tensors use model.call.',
    });
  }
  const place = ofInputLayers.get(given) ?? new SymbolicTensor(given, []);
  ofInputLayers.set(given, place);
  return place;
}

/** Applies a layer. @throws ShapeError if the number of inputs is wrong. */
function apply(layer: Layer, to: Applicable | readonly Applicable[]): SymbolicTensor {
  const inputs = [to].flat().map(symbolic);
  const { kind, takes } = layer;
  if (takes === 'several' ? inputs.length >= 2 : takes === 'one' && inputs.length === 1) {
    return new SymbolicTensor(layer, inputs);
  }
  const fixes = {
    nothing: 'Start the graph with it.',
    one: 'Merge the inputs first, with add() or concatenate().',
    several: `Apply it to a list: ${kind}()([a, b]).`,
  };
  throw new ShapeError({
    op: kind,
    got: `${inputs.length} ${inputs.length === 1 ? 'input' : 'inputs'}`,
    expected: takes === 'several' ? 'two or more' : takes,
    fix: fixes[takes],
  });
}
