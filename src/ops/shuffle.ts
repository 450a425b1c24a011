import shader from '../../shaders/data/shuffle.wgsl';
import { CpuDevice } from '../cpu.ts';
import { runner } from '../op.ts';
import { type Generator, wordsOf } from '../random.ts';
import { halfBits, shuffle } from '../reference/shuffle.ts';
import type { Tensor } from '../tensor.ts';

/** Fills `order` (i32) with `first`, `first + 1`, ... in a random order, from a stream of its own. */
export function shuffleInto(order: Tensor, first: number, generator: Generator): void {
  const stream = generator.nextStream();
  const { seed } = generator;
  const keys = [0, 1].flatMap((block) => wordsOf(block, { seed, step: 0, stream }));
  const { device, size: count } = order;
  if (device instanceof CpuDevice) {
    device.view(order).data.set(shuffle(count, keys).map((position) => first + position));
    return;
  }
  const params = { count, first, half: halfBits(count), ...Object.fromEntries(keys.map((key, i) => [`key${i}`, key])) };
  runner({ name: 'shuffle', sources: [shader] }, device).into('shuffle', [], [order], {
    params,
    grid: { invocations: count },
  });
}
