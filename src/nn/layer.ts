import type { Device } from '../device.ts';
import { ShapeError } from '../errors.ts';
import { tensor } from '../ops/create.ts';
import { checkOptions } from '../options.ts';
import { formatShape, type Shape } from '../shape.ts';
import { type Parameter, parameter, type Tensor } from '../tensor.ts';
import { getInitializer, type Initializer } from './initializers.ts';

/** Options that every layer has. */
export interface LayerOptions {
  /** For messages and files; default: its kind, with a number where a model has several. */
  readonly name?: string;
  /** The shape of one sample, without the batch axis; needed by a model's first layer only, if it is not fitted at once. */
  readonly inputShape?: Shape;
}

/** What a layer knows while it computes. */
export interface LayerContext {
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
  options?: { readonly trainable?: boolean },
) => void;

/** What distinguishes one kind of layer from another. Shapes are those of one sample, without the batch axis. */
export interface LayerDefinition {
  readonly outputShape: (inputShape: Shape) => Shape;
  readonly build?: (add: AddWeight, inputShape: Shape) => void;
  readonly call: (x: Tensor, context: LayerContext) => Tensor;
  /** This layer and some that follow in a single pass, where a kernel for them exists. */
  readonly fuse?: (following: readonly Layer[]) => Fused;
}

/** How many layers more a pass takes, and what it computes from the contexts of all of them. */
interface Fused {
  readonly taken: number;
  readonly call: (x: Tensor, contexts: readonly LayerContext[]) => Tensor;
}

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

/** One step of a model: a function of a tensor, with weights of its own. */
export class Layer {
  readonly kind: string;
  readonly options: LayerOptions;
  readonly outputShape: LayerDefinition['outputShape'];
  readonly #definition: LayerDefinition;
  readonly #remake: () => Layer;
  #weights: Record<string, Parameter> | undefined;
  #stream = 0;

  constructor(kind: string, options: LayerOptions, definition: LayerDefinition, remake: () => Layer) {
    this.kind = kind;
    this.options = options;
    this.outputShape = definition.outputShape;
    this.#definition = definition;
    this.#remake = remake;
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

  /** Makes the weights on `device`; `name` opens their names. */
  build(inputShape: Shape, device: Device, name: string): void {
    const weights: Record<string, Parameter> = {};
    this.#definition.build?.((weight, shape, initializer, { trainable = true } = {}) => {
      const values = getInitializer(initializer)(shape, device.random);
      weights[weight] = parameter(tensor(values, { shape, device }), { name: `${name}/${weight}`, trainable });
    }, inputShape);
    this.#weights = weights;
    this.#stream = device.random.nextStream();
  }

  call(x: Tensor, training: boolean): Tensor {
    const y = this.#definition.call(x, this.#context(training));
    watch?.(this, { input: x, output: y });
    return y;
  }

  /** This layer and those that follow it in a single pass: how many more it takes, and the pass. */
  fuse(following: readonly Layer[]): { taken: number; call: (x: Tensor, training: boolean) => Tensor } {
    const fused = this.#definition.fuse?.(following);
    if (fused === undefined) return { taken: 0, call: (x, training) => this.call(x, training) };
    const { taken, call } = fused;
    const layers = [this, ...following.slice(0, taken)];
    return {
      taken,
      call: (x, training) => {
        if (watch !== undefined) return layers.reduce((y, layer) => layer.call(y, training), x);
        return call(
          x,
          layers.map((layer) => layer.#context(training)),
        );
      },
    };
  }

  /** A layer of the same options without weights. */
  clone(): Layer {
    return this.#remake();
  }

  #context(training: boolean): LayerContext {
    return { weights: this.weights, training, stream: this.#stream };
  }
}

/** The options of a layer: they may be left out where none is required. */
type LayerArguments<Options> = object extends Options ? [options?: Options] : [options: Options];

/** Makes the function that users call for a kind of layer. `known` names its options besides those of every layer. */
export function defineLayer<Options extends LayerOptions>(
  kind: string,
  known: readonly (keyof Options & string)[],
  define: (options: Options) => LayerDefinition,
): (...args: LayerArguments<Options>) => Layer {
  const make = (options: Options): Layer => {
    checkOptions(kind, options, [...known, 'name', 'inputShape']);
    return new Layer(kind, options, define(options), () => make(options));
  };
  return (...[options]) => make(options ?? ({} as Options)); // only where no option is required
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
