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
  /** Layers and what the model was compiled with, as JSON text. */
  readonly 'model.json': string;
  readonly 'weights.safetensors': Uint8Array;
}

/** Packs layers and weights. @throws ValueError if an option of a layer is a function, such as your own activation. */
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

/** What the model was compiled with; undefined if part of it is a user's function. */
function describeCompiled({ optimizer, loss, metrics }: Trainable): CompiledDescription | undefined {
  const rule: NamedConfig = { ...optimizer.config(), name: optimizer.name };
  const criterion = describe(loss);
  const judges = metrics.flatMap((metric) => describe(metric) ?? []);
  const isWhole = criterion !== undefined && judges.length === metrics.length && hasDescribedRate(rule);
  return isWhole ? { optimizer: rule, loss: criterion, metrics: judges } : undefined;
}

/** Name and options of a built-in object; undefined for a user's function, whatever its name. */
const describe = ({ name, config }: { readonly name: string; readonly config?: object }): NamedConfig | undefined =>
  config && { ...config, name };

/** Whether a rate, also that of a warm-up, is a number or a built-in schedule. */
const hasDescribedRate = ({ learningRate }: Readonly<Record<string, unknown>>): boolean =>
  typeof learningRate !== 'function' &&
  (!isRecord(learningRate) || (Object.keys(learningRate).length > 1 && hasDescribedRate(learningRate)));

const describeGraph = ({ graph, layers }: Network): GraphDescription => ({
  ...graph,
  nodes: graph.nodes.map(({ layer, inputs }) => ({ ...(layer && { layer: layers.indexOf(layer) }), inputs })),
});

/** Options for JSON: a built-in function is replaced by its options, others by undefined. */
export const serializable = (options: LayerOptions): LayerOptions =>
  Object.fromEntries(
    Object.entries(options).map(([option, value]) => [
      option,
      typeof value === 'function' ? (value.config ?? value.strengths) : value,
    ]),
  );

/** The options of a layer for a file, without initializers, which are no longer needed. */
function savable({ options, trainable }: Layer, name: string): LayerOptions {
  const saved = serializable(options);
  for (const [option, value] of Object.entries(saved)) {
    if (value !== undefined || !Object.hasOwn(options, option) || option.endsWith('Initializer')) continue;
    throw new ValueError({
      op: 'save',
      got: `a function as ${option} of layer ${name}`,
      expected: 'options that can be written to a file',
      fix: 'Use a name, or define a kind of layer for the function with defineLayer.',
    });
  }
  const { trainable: _, ...rest } = saved; // the current value follows
  return { ...rest, name, ...(!trainable && { trainable }) };
}
