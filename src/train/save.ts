import { ValueError } from '../errors.ts';
import type { LayerOptions } from '../nn/layer.ts';
import type { Network } from '../nn/network.ts';
import type { Shape } from '../shape.ts';
import { pack as packTensors } from './safetensors.ts';

/** A saved model: two files, by name. */
export interface ModelFiles {
  readonly 'model.json': string;
  readonly 'weights.safetensors': Uint8Array;
}

/** What model.json holds. */
export interface Description {
  readonly format: 'dawngrad';
  readonly inputShape: Shape;
  readonly layers: readonly { readonly kind: string; readonly options: LayerOptions }[];
}

/** Writes a model's layers and weights. Functions among the options (an activation of one's own) can't be saved. */
export async function pack(model: Network): Promise<ModelFiles> {
  const description: Description = {
    format: 'dawngrad',
    inputShape: model.inputShape,
    layers: model.layers.map(({ kind, options }, i) => ({ kind, options: savable(options, model.names[i]) })),
  };
  return {
    'model.json': `${JSON.stringify(description, undefined, 2)}\n`,
    'weights.safetensors': packTensors(await model.getWeights()),
  };
}

function savable(options: LayerOptions, name: string): LayerOptions {
  const custom = Object.entries(options).find(([, value]) => typeof value === 'function');
  // An initializer has done its work; anything else that is a function would be missing after loading.
  if (custom !== undefined && !custom[0].endsWith('Initializer')) {
    throw new ValueError({
      op: 'save',
      got: `a function as ${custom[0]} of layer ${name}`,
      expected: 'options that can be written to a file',
      fix: 'Use a named one, or put the function in a layer of its own kind.',
    });
  }
  return { ...options, name };
}
