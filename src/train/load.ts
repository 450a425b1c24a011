import { ValueError, within } from '../errors.ts';
import { chain } from '../nn/chain.ts';
import { type Graph, graphOf, SymbolicTensor, symbolic } from '../nn/graph.ts';
import { kinds } from '../nn/kinds.ts';
import { LAYER_CHECKS, type Layer, type LayerOptions } from '../nn/layer.ts';
import { checkWeights } from '../nn/weights.ts';
import { type Check, checkValue, suggestion } from '../options.ts';
import type { HostArray } from '../tensor.ts';
import { type Description, readDescription } from './description.ts';
import { Model } from './model.ts';
import { type Bytes, FILE, unpack } from './safetensors.ts';

/** What `model.save()` made, as it was read or fetched. */
interface GivenFiles {
  readonly 'model.json': string;
  readonly 'weights.safetensors': Bytes;
}

const TEXT: Check = [(value) => typeof value === 'string', 'the text of that file'];

/** Makes a model from its files, on the current device; `compile` it to train on. @throws ValueError for foreign files. */
export function loadModel(files: GivenFiles): Model {
  const { 'model.json': json, 'weights.safetensors': weights }: GivenFiles = Object(files);
  checkValue('loadModel', 'model.json', json, TEXT);
  checkValue('loadModel', 'weights.safetensors', weights, FILE);
  const description = readDescription(json);
  const { tensors } = unpack(weights);
  checkFinite(tensors);
  const model = new Model(makeGraph(description));
  checkWeights(model.weightShapes(description.inputShape), tensors); // before memory is asked for
  model.build(description.inputShape);
  model.setWeights(tensors);
  return model;
}

function checkFinite(tensors: Readonly<Record<string, HostArray>>): void {
  for (const [name, { data }] of Object.entries(tensors)) {
    const at = data.findIndex((value: number) => !Number.isFinite(value));
    if (at < 0) continue;
    throw new ValueError({
      op: 'loadModel',
      got: `${data[at]} as element ${at} of ${name}`,
      expected: 'finite weights',
      fix: 'The model was saved after its training had failed: load an earlier file.',
    });
  }
}

function makeGraph({ layers, graph }: Description): Graph {
  const made = layers.map(({ kind, options }) => makeLayer(kind, options));
  checkNames(made);
  if (graph === undefined) return chain(made);
  const places: SymbolicTensor[] = [];
  for (const { layer, inputs } of graph.nodes) {
    const from = inputs.map((node) => places[node]);
    if (layer === undefined) places.push(new SymbolicTensor(undefined, []));
    else places.push(from.length === 0 ? symbolic(made[layer]) : made[layer](from));
  }
  return graphOf(
    graph.inputs.map((node) => places[node]),
    places[graph.output],
  );
}

function checkNames(layers: readonly Layer[]): void {
  const seen = new Set<string | undefined>();
  for (const { title } of layers) {
    if (seen.has(title)) {
      throw new ValueError({
        op: 'loadModel',
        got: `two layers of the name '${title}'`,
        expected: 'a name for each, as weights are found by them',
        fix: 'The file is damaged, or was written by hand: name them apart.',
      });
    }
    seen.add(title);
  }
}

function makeLayer(kind: string, options: LayerOptions): Layer {
  if (!Object.hasOwn(kinds, kind)) {
    const known = Object.keys(kinds);
    throw new ValueError({
      op: 'loadModel',
      got: `a layer of kind '${kind}'`,
      expected: `one of ${known.join(', ')}`,
      fix: `${suggestion(kind, known)}Load the model with the version of dawngrad that saved it.`,
    });
  }
  const make = kinds[kind] as (options: LayerOptions) => Layer; // each checks the options that it is given
  const { name = kind, ...own } = options;
  return within(`layer '${name}' of model.json`, () => {
    checkValue(kind, 'name', name, LAYER_CHECKS.name);
    const layer = make(own);
    layer.entitle(name); // not given for good: in another model it may be numbered
    return layer;
  });
}
