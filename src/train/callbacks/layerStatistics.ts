import { checkValues, count } from '../../core/checks.ts';
import { innerScope } from '../../core/tensor/lifetime.ts';
import type { Tensor } from '../../core/tensor/tensor.ts';
import type { Layer } from '../../nn/network/layer.ts';
import { equal, sub } from '../../ops/elementwise/binary.ts';
import { cast } from '../../ops/elementwise/cast.ts';
import { abs, sqrt, square } from '../../ops/elementwise/unary.ts';
import { max, mean, sum } from '../../ops/reduce/reduce.ts';
import type { Callback } from './callback.ts';

/** Statistics of a layer's output for a batch. */
export interface LayerStatistics {
  /** The mean of all elements. */
  readonly mean: number;
  /** The standard deviation `sqrt(sum((x - mean)^2) / n)`. */
  readonly deviation: number;
  /** For a layer that ends with a ReLU: the fraction of units that are 0 for all samples of the batch. */
  readonly dead?: number;
}

/** Statistics of one step, before its update. */
export interface StepStatistics {
  /** The number of steps before it in the run. */
  readonly step: number;
  /** By the names of the layers, in the order of computation. */
  readonly layers: Readonly<Record<string, LayerStatistics>>;
  /** The Euclidean norm of the gradient of each weight, by name. */
  readonly gradientNorms: Readonly<Record<string, number>>;
}

/**
 * Records statistics of every layer, which show vanishing or exploding activations and gradients, and dead ReLUs. An inspected
 * step is computed twice, first uncaptured and without its update; other steps cost nothing extra. Weights have the same bits.
 * @param options `every`: the number of steps from one inspection to the next; default 100.
 * @returns a callback whose `records` has the statistics.
 * @throws ValueError if `every` is below 1.
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
