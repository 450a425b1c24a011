import { ValueError } from '../errors.ts';
import type { Layer, LayerOptions } from '../nn/layer.ts';
import { layers as kinds } from '../nn/layers.ts';
import { Model } from './model.ts';
import { unpack } from './safetensors.ts';
import type { Description, ModelFiles } from './save.ts';

/** Makes a model from its files, on the current device; `compile` it to train on. @throws ValueError for foreign files. */
export function loadModel(files: ModelFiles): Model {
  const { inputShape, layers } = parse(files['model.json']);
  const model = new Model(layers.map(({ kind, options }) => makeLayer(kind, options)));
  model.build(inputShape);
  model.setWeights(unpack(files['weights.safetensors']).tensors);
  return model;
}

function makeLayer(kind: string, options: LayerOptions): Layer {
  if (!Object.hasOwn(kinds, kind)) {
    throw new ValueError({
      op: 'loadModel',
      got: `a layer of kind '${kind}'`,
      expected: `one of ${Object.keys(kinds).join(', ')}`,
      fix: 'Load the model with the version of dawngrad that saved it.',
    });
  }
  const make = kinds[kind] as (options: LayerOptions) => Layer; // each checks the options that it is given
  return make(options);
}

function parse(json: string): Description {
  const found = jsonOf(json);
  if (typeof found === 'object' && found !== null && 'format' in found && found.format === 'dawngrad') {
    return found as Description; // written by pack()
  }
  throw new ValueError({
    op: 'loadModel',
    got: "a model.json without the format 'dawngrad'",
    expected: 'a file that model.save() wrote',
    fix: 'Check the path.',
  });
}

/** What a text says in JSON; undefined if it is damaged. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
