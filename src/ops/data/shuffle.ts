import shader from '../../../shaders/data/shuffle.wgsl';
import { CpuDevice } from '../../backends/cpu/device.ts';
import { halfBits, permutation as reference } from '../../backends/cpu/reference/data/shuffle.ts';
import { type Generator, wordsOf } from '../../core/random.ts';
import type { Tensor } from '../../core/tensor.ts';
import { runner } from '../op.ts';

/** What decides an order, from a stream of its own. */
function nextKeys(generator: Generator): number[] {
  const stream = generator.nextStream();
  const { seed } = generator;
  return [0, 1].flatMap((block) => wordsOf(block, { seed, step: 0, stream }));
}

/** A random order of the numbers below `count`, as a function of the place: the one that `shuffleInto` makes. */
export const permutation = (count: number, generator: Generator): ((place: number) => number) =>
  reference(count, nextKeys(generator));

/** Fills `order` (i32) with `first`, `first + 1`, ... in a random order. */
export function shuffleInto(order: Tensor, first: number, generator: Generator): void {
  const { device, size: count } = order;
  const keys = nextKeys(generator);
  if (device instanceof CpuDevice) {
    const positionOf = reference(count, keys);
    device.view(order).data.set(Int32Array.from({ length: count }, (_, place) => first + positionOf(place)));
    return;
  }
  const params = { count, first, half: halfBits(count), ...Object.fromEntries(keys.map((key, i) => [`key${i}`, key])) };
  runner({ name: 'shuffle', sources: [shader] }, device).into('shuffle', [], [order], {
    params,
    grid: { invocations: count },
  });
}
