import { dependOn, outsideCapture } from '../../core/capture.ts';
import { show } from '../../core/checks.ts';
import { checkRoom, currentDevice, type Device, drawingFrom, withDevice } from '../../core/device.ts';
import { DeviceError, DisposedError, ShapeError, ValueError } from '../../core/errors.ts';
import { Generator } from '../../core/random/generator.ts';
import { releaseState } from '../../core/random/state.ts';
import { formatShape, type Shape, sameShape } from '../../core/shape.ts';
import { withoutRecording } from '../../core/tape.ts';
import { checkReturned } from '../../core/tensor/checks.ts';
import type { Parameter } from '../../core/tensor/parameter.ts';
import { type HostArray, Tensor } from '../../core/tensor/tensor.ts';
import { Callable } from './callable.ts';
import { applyGraph, type Graph, type GraphNode } from './graph.ts';
import type { Applicable, Layer, SymbolicTensor } from './layer.ts';
import { nameLayers } from './names.ts';
import { type Pass, passesOf } from './passes.ts';
import { inputShapesOf, shapesOf } from './shapes.ts';
import { summaryTable } from './summary.ts';
import { checkWeights } from './weights.ts';

interface Built {
  readonly device: Device;
  /** The random number generator of shuffles and masks. */
  readonly random: Generator;
  readonly shapes: readonly Shape[];
  /** The weights and their names, in the order of the layers. */
  readonly names: ReadonlyMap<Parameter, string>;
  /** The passes that compute the graph; fused layers are one pass. */
  readonly passes: readonly Pass[];
  readonly streams: readonly number[];
}

/** The number of built networks that use a layer. */
const users = new WeakMap<Layer, number>();

type Apply = (to: Applicable | readonly Applicable[]) => SymbolicTensor;

/**
 * A graph of layers as a function from tensors to a tensor; `Model` adds training. Called with a symbolic tensor it adds its
 * layers to that graph, with the same weights: `base(input({ shape: [3] }))`.
 */
export class Network extends (Callable as new (apply: Apply) => Apply) {
  readonly graph: Graph;
  /** The layers, each once, in the order of computation. */
  readonly layers: readonly Layer[];
  /** The names of the layers, in this model and its files. */
  readonly names: readonly string[];
  #built: Built | undefined;
  #isDisposed = false;

  /** @throws ShapeError if the layers' shapes do not match; `build` throws it if the graph states no input shape. */
  constructor(graph: Graph) {
    super((to) => applyGraph(this.graph, to));
    this.graph = graph;
    this.layers = [...new Set(graph.nodes.flatMap(({ layer }) => layer ?? []))];
    this.names = nameLayers(this.layers);
    const stated = inputShapesOf(graph);
    if (stated !== undefined) shapesOf(graph, stated);
  }

  /**
   * Makes the weights for the input shapes that the graph states, or else for `sampleShape`; a second call does nothing. They
   * live on the device of layers that are already built, or else on the current device.
   * @param sampleShape the shape of one sample, without the batch axis.
   * @throws ShapeError if the layers' shapes do not match; DeviceError if memory runs out.
   */
  build(sampleShape: Shape): void {
    if (this.#built !== undefined) return;
    const [known] = this.layers.flatMap((layer) => (layer.isBuilt ? Object.values(layer.weights) : []));
    const device = known?.device ?? currentDevice();
    this.#built = outsideCapture(device, () => withDevice(device, () => this.#make(device, sampleShape)));
  }

  #make(device: Device, sampleShape: Shape, given?: readonly number[]): Built {
    const { nodes } = this.graph;
    const shapes = shapesOf(this.graph, inputShapesOf(this.graph) ?? [sampleShape]);
    for (const [name, shape] of this.weightShapes(sampleShape)) checkRoom(`The weight '${name}'`, shape, device);
    const made: Layer[] = [];
    const firstStream = device.random.peekStream();
    const streamOf = ({ layer, inputs }: GraphNode, node: number): number => {
      if (layer === undefined) return 0;
      if (!layer.isBuilt) {
        layer.build(shapes[inputs[0] ?? node], device);
        made.push(layer);
      }
      return given?.[node] ?? device.random.nextStream();
    };
    let streams: readonly number[];
    try {
      streams = nodes.map(streamOf);
    } catch (error) {
      for (const layer of made) layer.dispose();
      device.random.returnTo(firstStream);
      throw error;
    }
    for (const layer of this.layers) users.set(layer, (users.get(layer) ?? 0) + 1);
    const names = this.layers.flatMap(({ weights }, i) =>
      Object.entries(weights).map(([weight, p]) => [p, `${this.names[i]}/${weight}`] as const),
    );
    return {
      device,
      random: device.random.branch(),
      shapes,
      names: new Map(names),
      passes: passesOf(this.graph, streams),
      streams,
    };
  }

  /** The shape of one sample of the first input, without the batch axis. @throws ShapeError before it is known. */
  get inputShape(): Shape {
    return this.shapes[this.graph.inputs[0]];
  }

  /** The shape of the output for one sample, without the batch axis. @throws ShapeError before it is known. */
  get outputShape(): Shape {
    return this.shapes[this.graph.output];
  }

  /** The shape of one sample at each node of the graph. */
  get shapes(): readonly Shape[] {
    return this.#require().shapes;
  }

  /** The device of the weights. */
  get device(): Device {
    return this.#require().device;
  }

  /** The stream of random numbers of each node; can be set, to continue from a checkpoint. */
  get streams(): readonly number[] {
    return this.#require().streams;
  }

  set streams(streams: readonly number[]) {
    this.#built = { ...this.#require(), streams, passes: passesOf(this.graph, streams) };
  }

  /** All weights, in the order of the layers. */
  get parameters(): readonly Parameter[] {
    return [...this.#require().names.keys()];
  }

  /** The name of a weight in this model and its files: `dense/kernel`. */
  nameOf(parameter: Parameter): string {
    return this.#require().names.get(parameter) ?? parameter.name;
  }

  /** Whether a weight belongs to this model. */
  has(parameter: Parameter): boolean {
    return this.#require().names.has(parameter);
  }

  /** The random number generator of training: a branch of the device's. */
  get random(): Generator {
    return this.#require().random.followed;
  }

  /** Freezes or unfreezes all layers; see {@link Layer.trainable}. */
  set trainable(trainable: boolean) {
    for (const layer of this.layers) layer.trainable = trainable;
  }

  /** Whether any layer is trainable. */
  get trainable(): boolean {
    return this.layers.some((layer) => layer.trainable);
  }

  /** The weights that training changes. */
  get trainableParameters(): readonly Parameter[] {
    recaptureOnChange(this);
    return this.parameters.filter(({ trainable }) => trainable);
  }

  /**
   * Computes the outputs for a batch, `[batch, ...outputShape]`, f32.
   * @param x `[batch, ...inputShape]`; for a model with several inputs, a list of tensors.
   * @param training whether to use batch statistics and dropout; default false.
   * @throws ShapeError if the number of inputs or a shape does not match; DeviceError if a tensor is on another device.
   */
  override call(x: Tensor | readonly Tensor[], training = false): Tensor {
    const given = [x].flat();
    checkTensors(given);
    this.build(given[0]?.shape.slice(1) ?? []);
    const { device, shapes, passes } = this.#require();
    const { inputs, output } = this.graph;
    checkInputs(
      given.map(({ shape }) => shape),
      inputs.map((node) => shapes[node]),
    );
    checkDevice(device, given);
    recaptureOnChange(this);
    const values: Tensor[] = [];
    inputs.forEach((node, i) => {
      values[node] = given[i];
    });
    for (const { from, to, call } of passes) {
      const taken = from.map((node) => values[node]);
      const y = call(taken, training);
      const shape = [taken[0].shape[0], ...shapes[to]];
      if (!sameShape(y.shape, shape)) checkReturned(this.#titleAt(to), y, { dtype: y.dtype, shape });
      values[to] = y;
    }
    return values[output];
  }

  #titleAt(node: number): string {
    const { layer } = this.graph.nodes[node];
    return layer === undefined ? 'model' : this.names[this.layers.indexOf(layer)];
  }

  /** Copies the graph to another device; the new weights are not yet set, and the random numbers are the same. */
  async cloneOn(openDevice: (random: Generator) => Promise<Device>): Promise<Network> {
    const { shapes, streams, device } = this.#require();
    const clones = new Map(this.layers.map((layer) => [layer, layer.clone()]));
    const nodes = this.graph.nodes.map(({ layer, inputs }) => ({ layer: layer && clones.get(layer), inputs }));
    const clone = new Network({ ...this.graph, nodes });
    const other = await openDevice(new Generator(device.random.seed, { step: device.random.step }));
    clone.#built = withDevice(other, () => clone.#make(other, shapes[this.graph.inputs[0]], streams));
    return clone;
  }

  /** Reads all weights, by name. */
  async getWeights(): Promise<Record<string, HostArray>> {
    const entries = this.parameters.map(
      async (p) => [this.nameOf(p), { data: await p.data(), shape: p.shape }] as const,
    );
    return Object.fromEntries(await Promise.all(entries));
  }

  /**
   * Overwrites all weights; if one does not match, none are changed.
   * @throws ShapeError if a name is missing or unknown, or a shape differs; ValueError if the data do not fill the shape.
   */
  setWeights(weights: Readonly<Record<string, HostArray>>): void {
    checkWeights(new Map(this.parameters.map((p) => [this.nameOf(p), p.shape])), weights);
    for (const p of this.parameters) p.assign(weights[this.nameOf(p)].data);
  }

  /** The shapes of all weights by name, for a sample shape; makes no weights. */
  weightShapes(sampleShape: Shape): ReadonlyMap<string, Shape> {
    const { nodes } = this.graph;
    const shapes = shapesOf(this.graph, inputShapesOf(this.graph) ?? [sampleShape]);
    const names = new Map(this.layers.map((layer, i) => [layer, this.names[i]]));
    const weights = nodes.flatMap(({ layer, inputs }, node) =>
      layer === undefined
        ? []
        : [...layer.weightShapes(shapes[inputs[0] ?? node])].map(
            ([weight, shape]) => [`${names.get(layer)}/${weight}`, shape] as const,
          ),
    );
    return new Map(weights);
  }

  /** A text table of layers, output shapes and numbers of parameters. @throws ShapeError before the input shape is known. */
  summary(): string {
    this.#require();
    return summaryTable(this);
  }

  /** Frees the weights. The last model that shares a layer frees it. */
  dispose(): void {
    if (this.#built === undefined || this.#isDisposed) return;
    this.#isDisposed = true;
    for (const layer of this.layers) {
      const others = (users.get(layer) ?? 0) - 1;
      users.set(layer, others);
      if (others === 0) layer.dispose();
    }
    releaseState(this.#built.random);
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  #require(): Built {
    if (this.#isDisposed) {
      throw new DisposedError({
        op: 'model',
        got: 'a disposed model',
        expected: 'a live model',
        fix: 'Use it before dispose(), or make a new one.',
      });
    }
    if (this.#built !== undefined) return this.#built;
    const stated = inputShapesOf(this.graph);
    if (stated !== undefined) this.build(stated[0]);
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

/** Which weights are frozen, as a string that can be compared with an earlier one. */
export const frozenWeights = ({ parameters }: Network): string =>
  parameters.map(({ trainable }) => (trainable ? ' ' : '*')).join('');

/** Makes a captured step invalid when the frozen layers or the random streams change. */
function recaptureOnChange(network: Network): void {
  const { device } = network;
  if (device.capture !== undefined) dependOn(device, () => `${frozenWeights(network)}${network.streams}`);
}

/** Runs `body` on a network's device and with its random numbers, outside any tape. */
export function isolated<R>({ device, random }: Network, body: () => R): R {
  return withDevice(device, () => drawingFrom(device, random, () => withoutRecording(body)));
}

/** Rejects arrays and other values that are not tensors. */
function checkTensors(given: readonly unknown[]): void {
  const wrong = given.findIndex((x) => !(x instanceof Tensor));
  if (wrong < 0) return;
  throw new ValueError({
    op: 'model',
    got: `${show(given[wrong])} as input${given.length > 1 ? ` ${wrong}` : ''}`,
    expected: 'a tensor of a batch',
    fix: 'Make one with tensor(...), or pass the array to predict.',
  });
}

function checkDevice(device: Device, given: readonly Tensor[]): void {
  if (given.every((x) => x.device === device)) return;
  throw new DeviceError(
    'validation',
    'model: got a tensor on another device than the weights; expected the same device. init() was called again after the model was made: make the tensor with tensor(..., { device: model.device }), or call init() once.',
  );
}

function checkInputs(given: readonly Shape[], expected: readonly Shape[]): void {
  if (given.length !== expected.length) {
    throw new ShapeError({
      op: 'model',
      got: `${given.length} inputs`,
      expected: `${expected.length}, one for each input of the model`,
      fix: 'Pass a list of tensors in the order of the inputs.',
    });
  }
  const wrong = given.findIndex((shape, i) => shape.length === 0 || !sameShape(shape.slice(1), expected[i]));
  if (wrong < 0) return;
  throw new ShapeError({
    op: 'model',
    got: `x of shape ${formatShape(given[wrong])}${given.length > 1 ? ` as input ${wrong}` : ''}`,
    expected: `[${['batch', ...expected[wrong]].join(', ')}]`,
    fix: 'Reshape x, or build the model for these samples.',
  });
}
