import type { Device } from '../device.ts';
import { ShapeError } from '../errors.ts';
import { Tensor } from '../tensor.ts';
import { Dataset, type Samples } from './dataset.ts';

/** The samples for each input of a model: a list has them, where there are several. */
export function samplesOf(x: Samples | readonly Samples[], inputs: number): readonly Samples[] {
  if (inputs === 1) return [x as Samples]; // nested arrays are a list of samples too
  if (Array.isArray(x) && x.length === inputs) return x;
  throw new ShapeError({
    op: 'predict',
    got: Array.isArray(x) ? `${x.length} inputs` : `${x instanceof Tensor ? 'a tensor' : typeof x}`,
    expected: `a list of ${inputs}, one for each input of the model`,
    fix: 'Pass them in the order that the model lists its inputs in: [a, b].',
  });
}

/** A data set for each input, all with as many samples. */
export async function datasetsOf(
  device: Device,
  inputs: readonly Samples[],
  options: { readonly residentBytes?: number | undefined },
): Promise<readonly Dataset[]> {
  const data: Dataset[] = [];
  for (const each of inputs) data.push(await Dataset.of(device, each, undefined, { op: 'predict', ...options }));
  const sizes = data.map(({ size }) => size);
  if (sizes.every((size) => size === sizes[0])) return data;
  for (const each of data) each.dispose();
  throw new ShapeError({
    op: 'predict',
    got: `${sizes.join(' and ')} samples`,
    expected: 'as many for each input',
    fix: 'Pass the same samples to all inputs.',
  });
}
