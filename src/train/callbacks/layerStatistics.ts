import { checkValues, count } from '../../core/checks.ts';
import { innerScope, type Tensor } from '../../core/tensor.ts';
import type { Layer } from '../../nn/network/layer.ts';
import { equal, sub } from '../../ops/elementwise/binary.ts';
import { cast } from '../../ops/elementwise/cast.ts';
import { abs, sqrt, square } from '../../ops/elementwise/unary.ts';
import { max, mean, sum } from '../../ops/reduce/reduce.ts';
import type { Callback } from './callback.ts';

/** The output of a layer for a batch. */
export interface LayerStatistics {
  readonly mean: number;
  readonly deviation: number;
  /** Of a layer that ends in a ReLU, the share of its units that are 0 for all samples of the batch. */
  readonly dead?: number;
}

/** What one step looked like, from before its update. */
export interface StepStatistics {
  /** Steps of the run before it. */
  readonly step: number;
  /** By the names of the layers, in the order of computing. */
  readonly layers: Readonly<Record<string, LayerStatistics>>;
  /** The Euclidean norm of each weight's gradient. */
  readonly gradientNorms: Readonly<Record<string, number>>;
}

/**
 * Looks at every layer in one step of `every` (default 100): vanishing and exploding activations and gradients show there,
 * and ReLUs that have died. Such a step is taken twice, the first time uncaptured and without its update; the others cost
 * nothing more, and training has the same bits.
 * @returns a callback with what it saw as `records`.
 */
export function layerStatistics(
  options: { readonly every?: number } = {},
): Callback & { readonly records: readonly StepStatistics[] } {
  checkValues('layerStatistics', options, { every: count });
  const { every = 100 } = options;
  const records: StepStatistics[] = [];
  return {
    records,
    wantsInspection: (step) => step % every === 0,
    onInspection: async (step, { outputs, gradients }) => {
      const layers = outputs.map(async ({ layer, name, output }) => [name, await statisticsOf(layer, output)] as const);
      const norms = gradients.map(
        async ({ name, gradient }) => [name, await numberOf(() => sqrt(sum(square(gradient))))] as const,
      );
      records.push({
        step,
        layers: Object.fromEntries(await Promise.all(layers)),
        gradientNorms: Object.fromEntries(await Promise.all(norms)),
      });
    },
  };
}

async function statisticsOf(layer: Layer, y: Tensor): Promise<LayerStatistics> {
  const [average, deviation, dead] = await Promise.all([
    numberOf(() => mean(y)),
    numberOf(() => sqrt(mean(square(sub(y, mean(y)))))),
    endsInRelu(layer) ? numberOf(() => mean(cast(equal(max(abs(y), { axis: 0 }), 0), 'f32'))) : undefined,
  ]);
  return { mean: average, deviation, ...(dead !== undefined && { dead }) };
}

const endsInRelu = ({ options }: Layer): boolean => 'activation' in options && options.activation === 'relu';

async function numberOf(compute: () => Tensor): Promise<number> {
  const t = innerScope(compute);
  const value = await t.item();
  t.dispose();
  return value;
}
