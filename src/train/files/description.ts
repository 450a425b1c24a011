import { escapeText, ValueError } from '../../core/errors.ts';
import { MAX_RANK, type Shape } from '../../core/shape.ts';
import { isRecord, isWhole, parseJson } from '../../io/json.ts';
import type { LayerOptions } from '../../nn/network/layer.ts';

/** The version of model.json that this version of dawngrad writes, and the newest that it reads. */
export const VERSION = 1;

/** The contents of model.json. */
export interface Description {
  readonly format: 'dawngrad';
  /** Absent in the first files. */
  readonly version?: number;
  readonly inputShape: Shape;
  readonly layers: readonly { readonly kind: string; readonly options: LayerOptions }[];
  /** How the layers are connected, if not in sequence. */
  readonly graph?: GraphDescription;
  readonly compiled?: CompiledDescription;
}

/** The name of a function, and the options it was called with. */
export type NamedConfig = Readonly<Record<string, unknown>> & { readonly name: string };

/** What a model was compiled with, if all of it is built in. */
export interface CompiledDescription {
  readonly optimizer: NamedConfig;
  readonly loss: NamedConfig;
  readonly metrics: readonly NamedConfig[];
}

/** A graph as a list of nodes: the positions of a layer and of the earlier nodes that it takes. */
export interface GraphDescription {
  readonly nodes: readonly { readonly layer?: number; readonly inputs: readonly number[] }[];
  readonly inputs: readonly number[];
  readonly output: number;
}

/** Reads model.json. @throws ValueError if the file is damaged or of another format. */
export function readDescription(json: string): Description {
  const found = parseJson(json);
  if (!isRecord(found) || found.format !== 'dawngrad') {
    throw new ValueError({
      op: 'loadModel',
      got: "a model.json without the format 'dawngrad'",
      expected: 'a file that model.save() wrote',
      fix: 'Check the path.',
    });
  }
  const { version = VERSION, inputShape, layers, graph, compiled } = found;
  if (!isWhole(version) || version < 1) throw damaged('version', version, `a whole number from 1 to ${VERSION}`);
  if (version > VERSION) {
    throw new ValueError({
      op: 'loadModel',
      got: `version ${version} of model.json`,
      expected: `at most ${VERSION}`,
      fix: 'Load the model with a newer version of dawngrad.',
    });
  }
  if (!isShape(inputShape)) throw damaged('inputShape', inputShape, `at most ${MAX_RANK - 1} whole numbers`);
  if (!Array.isArray(layers)) throw damaged('layers', layers, 'a list');
  for (const layer of layers) if (!isLayer(layer)) throw damaged('a layer', layer, 'its kind and options');
  if (graph !== undefined) checkGraph(graph, layers.length);
  if (compiled !== undefined && !isCompiled(compiled))
    throw damaged('compiled', compiled, 'optimizer, loss and metrics');
  return found as unknown as Description; // checked above
}

function checkGraph(graph: unknown, layers: number): void {
  if (!isRecord(graph) || !Array.isArray(graph.nodes) || !Array.isArray(graph.inputs)) {
    throw damaged('graph', graph, 'nodes, inputs and output');
  }
  const { nodes, inputs, output } = graph;
  nodes.forEach((node: unknown, position) => {
    if (!isRecord(node) || !isPositions(node.inputs, position)) {
      throw damaged(`node ${position}`, node, `inputs that are earlier nodes`);
    }
    if (node.layer !== undefined && !isPositions([node.layer], layers)) {
      throw damaged(`node ${position}`, node, `one of the ${layers} layers`);
    }
  });
  if (!isPositions(inputs, nodes.length)) throw damaged('the inputs', inputs, `some of the ${nodes.length} nodes`);
  if (!isPositions([output], nodes.length)) throw damaged('the output', output, `one of the ${nodes.length} nodes`);
}

const isShape = (value: unknown): boolean => Array.isArray(value) && value.length < MAX_RANK && value.every(isWhole);

const isLayer = (value: unknown): boolean =>
  isRecord(value) && typeof value.kind === 'string' && isRecord(value.options);

const isNamed = (value: unknown): boolean => isRecord(value) && typeof value.name === 'string';

const isCompiled = (value: unknown): boolean =>
  isRecord(value) &&
  isNamed(value.optimizer) &&
  isNamed(value.loss) &&
  Array.isArray(value.metrics) &&
  value.metrics.every(isNamed);

const isPositions = (value: unknown, below: number): boolean =>
  Array.isArray(value) && value.every((position) => isWhole(position) && position < below);

const damaged = (what: string, got: unknown, expected: string): ValueError =>
  new ValueError({
    op: 'loadModel',
    got: `${escapeText(JSON.stringify(got) ?? 'nothing', 100)} as ${what} in model.json`,
    expected,
    fix: 'The file is damaged, or was not written by dawngrad.',
  });
