import { currentDevice, type Device, withDevice } from '../device.ts';
import { ShapeError } from '../errors.ts';
import { Generator } from '../random.ts';
import { formatShape, type Shape, sameShape } from '../shape.ts';
import type { HostArray, Parameter, Tensor } from '../tensor.ts';
import type { Layer } from './layer.ts';
import { summaryTable } from './summary.ts';

/** A built network: layers one after another, and where its weights are. */
interface Built {
  readonly device: Device;
  readonly inputShape: Shape;
  readonly outputShape: Shape;
  readonly parameters: readonly Parameter[];
  /** The layers as they are computed: neighbours that have a kernel of their own are one step. */
  readonly steps: readonly ((x: Tensor, training: boolean) => Tensor)[];
  /** The generator's stream before the first weight: the same seed and stream make the same network. */
  readonly firstStream: number;
}

/** A function from tensors to tensors with weights: the layers of a model, without the means to train it. */
export class Network {
  readonly layers: readonly Layer[];
  readonly names: readonly string[];
  #built: Built | undefined;

  constructor(layers: readonly Layer[]) {
    if (layers.length === 0) {
      throw new ShapeError({
        op: 'sequential',
        got: 'no layers',
        expected: 'one or more',
        fix: 'List the layers, input first.',
      });
    }
    this.layers = layers;
    this.names = nameLayers(layers);
  }

  /** Makes the weights on the current device, for the first layer's `inputShape` or else that of the samples at hand. */
  build(sampleShape: Shape): void {
    const device = currentDevice();
    this.#built ??= device.outsideRecording(() => this.#make(device, sampleShape));
  }

  #make(device: Device, sampleShape: Shape): Built {
    const inputShape = this.layers[0].options.inputShape ?? sampleShape;
    const firstStream = device.random.peekStream();
    let shape = inputShape;
    this.layers.forEach((layer, i) => {
      layer.build(shape, device, this.names[i]);
      shape = layer.outputShape(shape);
    });
    return {
      device,
      inputShape,
      outputShape: shape,
      parameters: this.layers.flatMap((layer) => Object.values(layer.weights)),
      steps: fuse(this.layers),
      firstStream,
    };
  }

  get inputShape(): Shape {
    return this.#require().inputShape;
  }

  /** The shape of one output, without the batch axis. */
  get outputShape(): Shape {
    return this.#require().outputShape;
  }

  get device(): Device {
    return this.#require().device;
  }

  /** The generator's stream before the first weight: the same seed and stream make the same network. */
  get firstStream(): number {
    return this.#require().firstStream;
  }

  /** All weights, in the order of the layers. */
  get parameters(): readonly Parameter[] {
    return this.#require().parameters;
  }

  /** The weights that training changes. */
  get trainableParameters(): readonly Parameter[] {
    return this.parameters.filter(({ trainable }) => trainable);
  }

  /**
   * The outputs for a batch.
   * @param x `[batch, ...inputShape]`.
   * @param training whether batch statistics and dropout apply; default false.
   */
  call(x: Tensor, training = false): Tensor {
    this.build(x.shape.slice(1));
    const { inputShape, steps } = this.#require();
    if (!sameShape(x.shape.slice(1), inputShape) || x.ndim === 0) {
      throw new ShapeError({
        op: 'model',
        got: `x of shape ${formatShape(x.shape)}`,
        expected: `[batch, ${inputShape.join(', ')}]`,
        fix: 'Reshape x, or build the model for these samples.',
      });
    }
    return steps.reduce((y, step) => step(y, training), x);
  }

  /** The same layers with weights of their own on another device, from the same seed and streams. */
  twin(makeDevice: (random: Generator) => Device): Network {
    const { inputShape, firstStream, device } = this.#require();
    const twin = new Network(this.layers.map((layer) => layer.clone()));
    const random = new Generator(device.random.seed, { firstStream, step: device.random.step });
    withDevice(makeDevice(random), () => twin.build(inputShape));
    return twin;
  }

  /** The numbers of all weights, by name. */
  async getWeights(): Promise<Record<string, HostArray>> {
    const entries = this.parameters.map(async (p) => [p.name, { data: await p.data(), shape: p.shape }] as const);
    return Object.fromEntries(await Promise.all(entries));
  }

  /** Overwrites the weights. @throws ShapeError if a name is missing, unknown, or has another shape. */
  setWeights(weights: Readonly<Record<string, HostArray>>): void {
    const known = new Map(this.parameters.map((p) => [p.name, p]));
    const unknown = Object.keys(weights).filter((name) => !known.has(name));
    const missing = [...known.keys()].filter((name) => weights[name] === undefined);
    if (unknown.length > 0 || missing.length > 0) {
      throw new ShapeError({
        op: 'setWeights',
        got: `weights ${unknown.length > 0 ? `that the model lacks: ${unknown.join(', ')}` : `without ${missing.join(', ')}`}`,
        expected: `exactly ${[...known.keys()].join(', ')}`,
        fix: 'Make the model with the same layers and names as the one that was saved.',
      });
    }
    for (const [name, p] of known) {
      const { data, shape } = weights[name];
      if (!sameShape(shape, p.shape)) {
        throw new ShapeError({
          op: 'setWeights',
          got: `${name} of shape ${formatShape(shape)}`,
          expected: formatShape(p.shape),
          fix: 'Make the model with the same sizes as the one that was saved.',
        });
      }
      p.assign(data instanceof Uint8Array ? Array.from(data) : data);
    }
  }

  /** A table of the layers, their output shapes and numbers of parameters. */
  summary(): string {
    this.#require();
    return summaryTable(this);
  }

  /** Frees the weights. */
  dispose(): void {
    for (const p of this.#built?.parameters ?? []) p.dispose();
  }

  #require(): Built {
    const given = this.layers[0].options.inputShape;
    if (this.#built === undefined && given !== undefined) this.build(given);
    if (this.#built === undefined) {
      throw new ShapeError({
        op: 'model',
        got: 'a model that is not built',
        expected: 'a known input shape',
        fix: 'Give the first layer an inputShape, or call fit or predict first.',
      });
    }
    return this.#built;
  }
}

/** Each layer's own name, or its kind, numbered where it repeats. */
function nameLayers(layers: readonly Layer[]): string[] {
  const seen = new Map<string, number>();
  return layers.map(({ kind, options }) => {
    if (options.name !== undefined) return options.name;
    const count = seen.get(kind) ?? 0;
    seen.set(kind, count + 1);
    return count === 0 ? kind : `${kind}_${count}`;
  });
}

function fuse(layers: readonly Layer[]): ((x: Tensor, training: boolean) => Tensor)[] {
  const steps: ((x: Tensor, training: boolean) => Tensor)[] = [];
  for (let i = 0; i < layers.length; i++) {
    const { taken, call } = layers[i].fuse(layers.slice(i + 1));
    steps.push(call);
    i += taken;
  }
  return steps;
}
