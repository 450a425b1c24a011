import { type Check, checkValue, checkValues, listOf, show, suggestion } from '../../core/checks.ts';
import { ValueError, withErrorContext } from '../../core/errors.ts';
import type { HostArray } from '../../core/tensor/tensor.ts';
import { type Bytes, FILE, readSafetensors } from '../../data/files/safetensors.ts';
import { foldersFor } from '../../io/folders.ts';
import { layerMakers } from '../../nn/layers/registry.ts';
import { isLayerMaker, LAYER_CHECKS, type LayerMaker } from '../../nn/network/defineLayer.ts';
import { type Graph, graphOf } from '../../nn/network/graph.ts';
import { type Layer, type LayerOptions, SymbolicTensor, setTitle, symbolic } from '../../nn/network/layer.ts';
import { sequentialGraph } from '../../nn/network/sequence.ts';
import { checkWeights } from '../../nn/network/weights.ts';
import { Model } from '../model.ts';
import { compileOptionsOf } from './compiled.ts';
import { type Description, readDescription } from './description.ts';

/** The files of `model.save()`, as read or fetched. */
export interface SavedModel {
  readonly 'model.json': string;
  readonly 'weights.safetensors': Bytes;
}

const TEXT: Check = [(value) => typeof value === 'string', 'the text of that file'];

/** Options of `loadModel`. */
export interface LoadOptions {
  /** Your own kinds of layers, made by `defineLayer`; default none. */
  readonly layers?: readonly LayerMaker[];
}

type LayerMakers = Readonly<Record<string, LayerMaker>>;

/**
 * Loads a saved model onto the current device: `loadModel(files)`, or in Node `await loadModel('folder')`. It is compiled as the
 * saved model was, with a new optimizer, unless a loss, metric, optimizer or schedule was your own function: then call `compile`
 * before training it.
 * @throws ValueError if a file is damaged or of another format, a kind of layer is unknown, or a weight is not finite; ShapeError
 * if the weights do not match the layers.
 */
export function loadModel(folder: string, options?: LoadOptions): Promise<Model>;
export function loadModel(files: SavedModel, options?: LoadOptions): Model;
export function loadModel(given: string | SavedModel, options: LoadOptions = {}): Model | Promise<Model> {
  return typeof given === 'string' ? fromFolder(given, options) : fromFiles(given, options);
}

async function fromFolder(folder: string, options: LoadOptions): Promise<Model> {
  const instead = "loadModel({ 'model.json': text, 'weights.safetensors': arrayBuffer }), as fetch gives them";
  const { read } = foldersFor('loadModel', folder, instead);
  const files = await read(folder, ['model.json', 'weights.safetensors']);
  const json = new TextDecoder().decode(files['model.json']);
  return fromFiles({ 'model.json': json, 'weights.safetensors': files['weights.safetensors'] }, options);
}

function fromFiles(files: SavedModel, options: LoadOptions): Model {
  const { 'model.json': json, 'weights.safetensors': weights }: SavedModel = Object(files);
  checkValue('loadModel', 'model.json', json, TEXT);
  checkValue('loadModel', 'weights.safetensors', weights, FILE);
  const description = readDescription(json);
  const { tensors } = readSafetensors(weights);
  checkFinite(tensors);
  const model = new Model(makeGraph(description, makersWith(options)));
  checkWeights(model.weightShapes(description.inputShape), tensors); // before memory is allocated
  model.build(description.inputShape);
  model.setWeights(tensors);
  const compiled = description.compiled && compileOptionsOf(description.compiled);
  if (compiled !== undefined) model.compile(compiled);
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

function makersWith(options: LoadOptions): LayerMakers {
  checkValues('loadModel', options, {
    layers: listOf([isLayerMaker, ''], 'a list of what defineLayer made'),
  });
  const own: LayerMakers = Object.fromEntries((options.layers ?? []).map((maker) => [maker.kind, maker]));
  const taken = Object.keys(own).find((kind) => Object.hasOwn(layerMakers, kind) && layerMakers[kind] !== own[kind]);
  if (taken === undefined) return { ...layerMakers, ...own };
  throw new ValueError({
    op: 'loadModel',
    got: `your own kind of layer '${taken}', the name of a built-in layer`,
    expected: 'a name that no built-in layer has',
    fix: 'Define it under another name.',
  });
}

function makeGraph({ layers, graph }: Description, known: LayerMakers): Graph {
  const made = layers.map(({ kind, options }) => makeLayer(kind, options, known));
  checkNames(made);
  if (graph === undefined) return sequentialGraph(made);
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
        got: `two layers named '${title}'`,
        expected: 'different names, because they identify the weights',
        fix: 'The file is damaged, or was edited: give the layers different names.',
      });
    }
    seen.add(title);
  }
}

function makeLayer(kind: string, options: LayerOptions, known: LayerMakers): Layer {
  if (!Object.hasOwn(known, kind)) {
    throw new ValueError({
      op: 'loadModel',
      got: `a layer of kind '${kind}'`,
      expected: `one of ${Object.keys(known).join(', ')}`,
      fix: `${suggestion(kind, Object.keys(known))}Pass your own kinds of layers as loadModel(files, { layers: [...] }), or load the model with the version of dawngrad that saved it.`,
    });
  }
  const make: (options: never) => Layer = known[kind];
  const { name = kind, ...own } = options;
  return withErrorContext(`layer ${show(name)} of model.json`, () => {
    checkValue(kind, 'name', name, LAYER_CHECKS.name);
    const layer = make(own as never); // each checks the options that it is given
    setTitle(layer, name); // as a default: another model may number it
    return layer;
  });
}
