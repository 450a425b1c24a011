import shader from '../../../shaders/data/shuffle.wgsl';
import { halfBits, permutation as reference } from '../../backends/cpu/reference/data/shuffle.ts';
import { type Generator, wordsOf } from '../../core/random/generator.ts';
import type { Tensor } from '../../core/tensor/tensor.ts';
import { defineKernel } from '../op.ts';

/** The keys of the permutation, drawn from a new stream. */
function nextKeys(generator: Generator): number[] {
  const stream = generator.nextStream();
  const { seed } = generator;
  return [0, 1].flatMap((block) => wordsOf(block, { seed, step: 0, stream }));
}

/** A random permutation of `0 .. count - 1` as a function of the position: the one that `shuffleInto` writes. */
export const permutation = (count: number, generator: Generator): ((place: number) => number) =>
  reference(count, nextKeys(generator));

/** Fills `order` (i32) with `first`, `first + 1`, ... in random order. */
export function shuffleInto(order: Tensor, first: number, generator: Generator): void {
  shuffle(order.device, order, first, nextKeys(generator));
}

const shuffle = defineKernel<[order: Tensor, first: number, keys: readonly number[]]>({
  name: 'shuffle',
  shader,
  run: (run, order, first, keys) => {
    const count = order.size;
    const named = Object.fromEntries(keys.map((key, i) => [`key${i}`, key]));
    run.into('shuffle', [], [order], {
      params: { count, first, half: halfBits(count), ...named },
      grid: { invocations: count },
    });
  },
  reference: (device, order, first, keys) => {
    const { data } = device.view(order);
    const positionOf = reference(data.length, keys);
    for (let place = 0; place < data.length; place++) data[place] = first + positionOf(place);
  },
});
