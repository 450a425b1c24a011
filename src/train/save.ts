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

/** The options of a layer as JSON can hold them. A function says itself what stands for it, or has done its work. */
function savable(options: LayerOptions, name: string): LayerOptions {
  const entries = Object.entries(options).map(([option, value]): [string, unknown] => {
    if (typeof value !== 'function') return [option, value];
    const config: unknown = value.config ?? value.strengths;
    if (config !== undefined || option.endsWith('Initializer')) return [option, config];
    throw new ValueError({
      op: 'save',
      got: `a function as ${option} of layer ${name}`,
      expected: 'options that can be written to a file',
      fix: 'Use a named one, or put the function in a layer of its own kind.',
    });
  });
  return { ...Object.fromEntries(entries), name };
}
