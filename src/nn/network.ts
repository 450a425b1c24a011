import { currentDevice, type Device, withDevice } from '../device.ts';
import { ShapeError } from '../errors.ts';
import { Generator } from '../random.ts';
import { formatShape, type Shape, sameShape } from '../shape.ts';
import type { HostArray, Parameter, Tensor } from '../tensor.ts';
import type { Graph } from './graph.ts';
import type { Layer } from './layer.ts';
import { nameLayers } from './names.ts';
import { type Pass, passesOf } from './passes.ts';
import { inputShapesOf, shapesOf } from './shapes.ts';
import { summaryTable } from './summary.ts';
import { checkWeights } from './weights.ts';

/** A built network: its shapes, and where its weights are. */
interface Built {
  readonly device: Device;
  /** The shape of one sample at each node. */
  readonly shapes: readonly Shape[];
  readonly parameters: readonly Parameter[];
  /** The graph as it is computed: neighbours that have a kernel of their own are one pass. */
  readonly passes: readonly Pass[];
  /** The stream of each node's random numbers. */
  readonly streams: readonly number[];
  /** The generator's stream before the first weight. */
  readonly firstStream: number;
}

/** A function from tensors to a tensor with weights: the graph of a model, without the means to train it. */
export class Network {
  readonly graph: Graph;
  /** Its layers, each once, in the order in which they are computed. */
  readonly layers: readonly Layer[];
  readonly names: readonly string[];
  #built: Built | undefined;

  /** @throws ShapeError where layers do not fit, if the graph states its input shapes; else that comes later. */
  constructor(graph: Graph) {
    this.graph = graph;
    this.layers = [...new Set(graph.nodes.flatMap(({ layer }) => layer ?? []))];
    this.names = nameLayers(this.layers);
    const stated = inputShapesOf(graph);
    if (stated !== undefined) shapesOf(graph, stated);
  }

  /** Makes the weights on the current device, for the shapes that the graph states or else that of the samples at hand. */
  build(sampleShape: Shape): void {
    const device = currentDevice();
    this.#built ??= device.outsideRecording(() => this.#make(device, sampleShape));
  }

  #make(device: Device, sampleShape: Shape, given?: readonly number[]): Built {
    const { nodes } = this.graph;
    const firstStream = device.random.peekStream();
    const shapes = shapesOf(this.graph, inputShapesOf(this.graph) ?? [sampleShape]);
    const streams = nodes.map(({ layer, inputs }, node) => {
      if (layer === undefined) return 0;
      if (!layer.isBuilt) layer.build(shapes[inputs[0] ?? node], device);
      return given?.[node] ?? device.random.nextStream();
    });
    return {
      device,
      shapes,
      parameters: this.layers.flatMap((layer) => Object.values(layer.weights)),
      passes: passesOf(this.graph, streams),
      streams,
      firstStream,
    };
  }

  /** The shape of one sample, without the batch axis; of the first input, where there are several. */
  get inputShape(): Shape {
    return this.shapes[this.graph.inputs[0]];
  }

  /** The shape of one output, without the batch axis. */
  get outputShape(): Shape {
    return this.shapes[this.graph.output];
  }

  /** The shape of one sample at each node of the graph. */
  get shapes(): readonly Shape[] {
    return this.#require().shapes;
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
   * @param x `[batch, ...inputShape]`; a list of such tensors for a model with several inputs.
   * @param training whether batch statistics and dropout apply; default false.
   */
  call(x: Tensor | readonly Tensor[], training = false): Tensor {
    const given = [x].flat();
    this.build(given[0]?.shape.slice(1) ?? []);
    const { shapes, passes } = this.#require();
    const { inputs, output } = this.graph;
    checkInputs(
      given.map(({ shape }) => shape),
      inputs.map((node) => shapes[node]),
    );
    const values: Tensor[] = [];
    inputs.forEach((node, i) => {
      values[node] = given[i];
    });
    for (const { from, to, call } of passes) {
      const taken = from.map((node) => values[node]);
      values[to] = call(taken, training);
    }
    return values[output];
  }

  /** The same graph with weights of its own on another device, to be set; its random numbers are those of this one. */
  twin(makeDevice: (random: Generator) => Device): Network {
    const { shapes, streams, device } = this.#require();
    const clones = new Map(this.layers.map((layer) => [layer, layer.clone()]));
    const nodes = this.graph.nodes.map(({ layer, inputs }) => ({ layer: layer && clones.get(layer), inputs }));
    const twin = new Network({ ...this.graph, nodes });
    const other = makeDevice(new Generator(device.random.seed, { step: device.random.step }));
    twin.#built = withDevice(other, () => twin.#make(other, shapes[this.graph.inputs[0]], streams));
    return twin;
  }

  /** The numbers of all weights, by name. */
  async getWeights(): Promise<Record<string, HostArray>> {
    const entries = this.parameters.map(async (p) => [p.name, { data: await p.data(), shape: p.shape }] as const);
    return Object.fromEntries(await Promise.all(entries));
  }

  /**
   * Overwrites the weights, all or none of them.
   * @throws ShapeError if a name is missing, unknown, or has another shape; ValueError for data that do not fill it.
   */
  setWeights(weights: Readonly<Record<string, HostArray>>): void {
    checkWeights(new Map(this.parameters.map(({ name, shape }) => [name, shape])), weights);
    for (const p of this.parameters) p.assign(weights[p.name].data);
  }

  /** The shapes of all weights by their names, which are not made for it. */
  weightShapes(sampleShape: Shape): ReadonlyMap<string, Shape> {
    const { nodes } = this.graph;
    const shapes = shapesOf(this.graph, inputShapesOf(this.graph) ?? [sampleShape]);
    const weights = nodes.flatMap(({ layer, inputs }, node) => [
      ...(layer?.weightShapes(shapes[inputs[0] ?? node]) ?? []),
    ]);
    return new Map(weights);
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
    const stated = inputShapesOf(this.graph);
    if (this.#built === undefined && stated !== undefined) this.build(stated[0]);
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

function checkInputs(given: readonly Shape[], expected: readonly Shape[]): void {
  if (given.length !== expected.length) {
    throw new ShapeError({
      op: 'model',
      got: `${given.length} inputs`,
      expected: `${expected.length}, as the model has them`,
      fix: 'Pass a list with one for each, in the order of its inputs.',
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
