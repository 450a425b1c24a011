import { ValueError } from '../../core/errors.ts';
import { writeSafetensors } from '../../data/files/safetensors.ts';
import { isRecord } from '../../io/json.ts';
import { isSequential } from '../../nn/network/graph.ts';
import type { Layer, LayerOptions } from '../../nn/network/layer.ts';
import type { Network } from '../../nn/network/network.ts';
import type { Trainable } from '../trainable.ts';
import {
  type CompiledDescription,
  type Description,
  type GraphDescription,
  type NamedConfig,
  VERSION,
} from './description.ts';

/** A saved model: two files, by name. */
export interface ModelFiles {
  readonly 'model.json': string;
  readonly 'weights.safetensors': Uint8Array;
}

/** Writes a model's layers and weights. Functions among the options (an activation of one's own) can't be saved. */
export async function packModel(model: Network, trainable: Trainable | undefined): Promise<ModelFiles> {
  const compiled = trainable && describeCompiled(trainable);
  const description: Description = {
    format: 'dawngrad',
    version: VERSION,
    inputShape: model.inputShape,
    layers: model.layers.map((layer, i) => ({ kind: layer.kind, options: savable(layer, model.names[i]) })),
    ...(!isSequential(model.graph) && { graph: describeGraph(model) }),
    ...(compiled && { compiled }),
  };
  return {
    'model.json': `${JSON.stringify(description, undefined, 2)}\n`,
    'weights.safetensors': writeSafetensors(await model.getWeights()),
  };
}

/** What the model was compiled with; nothing where a part of that does not say with which options it was made. */
function describeCompiled({ optimizer, loss, metrics }: Trainable): CompiledDescription | undefined {
  const rule: NamedConfig = { ...optimizer.config(), name: optimizer.name };
  const criterion = describe(loss);
  const judges = metrics.flatMap((metric) => describe(metric) ?? []);
  const isWhole = criterion !== undefined && judges.length === metrics.length && hasDescribedRate(rule);
  return isWhole ? { optimizer: rule, loss: criterion, metrics: judges } : undefined;
}

/** What the library makes says so; a function of one's own does not, whatever its name. */
const describe = ({ name, config }: { readonly name: string; readonly config?: object }): NamedConfig | undefined =>
  config && { ...config, name };

/** Whether a rate is a number or a schedule with options; a function of one's own has none, also inside a warm-up. */
const hasDescribedRate = ({ learningRate }: Readonly<Record<string, unknown>>): boolean =>
  typeof learningRate !== 'function' &&
  (!isRecord(learningRate) || (Object.keys(learningRate).length > 1 && hasDescribedRate(learningRate)));

const describeGraph = ({ graph, layers }: Network): GraphDescription => ({
  ...graph,
  nodes: graph.nodes.map(({ layer, inputs }) => ({ ...(layer && { layer: layers.indexOf(layer) }), inputs })),
});

/** Options as JSON can hold them: a function says itself what stands for it, or has nothing that does. */
export const serializable = (options: LayerOptions): LayerOptions =>
  Object.fromEntries(
    Object.entries(options).map(([option, value]) => [
      option,
      typeof value === 'function' ? (value.config ?? value.strengths) : value,
    ]),
  );

/** The options of a layer for a file. Initializers may get lost: they have done their work. */
function savable({ options, trainable }: Layer, name: string): LayerOptions {
  const saved = serializable(options);
  for (const [option, value] of Object.entries(saved)) {
    if (value !== undefined || !Object.hasOwn(options, option) || option.endsWith('Initializer')) continue;
    throw new ValueError({
      op: 'save',
      got: `a function as ${option} of layer ${name}`,
      expected: 'options that can be written to a file',
      fix: 'Use a named one, or put the function in a layer of its own kind.',
    });
  }
  const { trainable: _, ...rest } = saved; // how it is now
  return { ...rest, name, ...(!trainable && { trainable }) };
}
