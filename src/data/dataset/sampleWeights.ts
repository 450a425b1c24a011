import { ShapeError, ValueError } from '../../core/errors.ts';
import { formatShape, sizeOf } from '../../core/shape.ts';
import type { HostArray } from '../../core/tensor/tensor.ts';
import { positionOfLargest } from '../samples.ts';
import { type Samples, type ShapedSamples, shapedSamples, toHost } from './dataset.ts';

/** Options that weight samples. */
export interface SampleWeightOptions {
  /** The weight of each sample's loss, `[n]`, 0 or more; the mean still divides by the number of samples. Default all 1. */
  readonly sampleWeight?: Samples | undefined;
  /** A weight per class index, `{ 0: 1, 1: 5 }` or a Map, which multiplies `sampleWeight`; default 1. Not used in validation. */
  readonly classWeight?: Readonly<Record<number, number>> | ReadonlyMap<number, number> | undefined;
}

/**
 * The weights of all samples; undefined if there are none. Class weights apply only to the first `training` samples.
 * @param options `areClasses`: labels are class indices, not one-hot; default false.
 */
export async function sampleWeights(
  y: ShapedSamples,
  { sampleWeight, classWeight }: SampleWeightOptions,
  { training = y.shape[0], areClasses = false }: { readonly training?: number; readonly areClasses?: boolean } = {},
): Promise<HostArray | undefined> {
  if (sampleWeight === undefined && classWeight === undefined) return undefined;
  const count = y.shape[0];
  const weights =
    sampleWeight === undefined ? new Float64Array(count).fill(1) : await checkedWeights(sampleWeight, count);
  if (classWeight !== undefined) {
    const byClass = weightsOf(classWeight);
    const classes = await classesOf(y, areClasses);
    for (let i = 0; i < training; i++) weights[i] *= byClass.get(classes[i]) ?? 1;
  }
  return { data: weights, shape: [count] };
}

async function checkedWeights(sampleWeight: Samples, count: number): Promise<Float64Array> {
  const { data, shape } = await toHost(shapedSamples('sampleWeight', 'the weights', sampleWeight));
  if (shape[0] !== count || sizeOf(shape) !== count) {
    throw new ShapeError({
      op: 'sampleWeight',
      got: `weights of shape ${formatShape(shape)} for ${count} samples`,
      expected: formatShape([count]),
      fix: 'Pass one weight for each sample.',
    });
  }
  data.forEach((weight, i) => {
    checkWeight('sampleWeight', `${weight} at position ${i}`, weight);
  });
  return Float64Array.from(data);
}

function weightsOf(classWeight: NonNullable<SampleWeightOptions['classWeight']>): Map<number, number> {
  const given = classWeight instanceof Map ? [...classWeight] : Object.entries(classWeight);
  const entries = given.map(([key, weight]) => [Number(key), weight] as const);
  for (const [label, weight] of entries) {
    checkWeight('classWeight', `the weight ${weight} of class ${label}`, Number.isInteger(label) ? weight : Number.NaN);
  }
  return new Map(entries);
}

function checkWeight(op: string, got: string, weight: number): void {
  if (Number.isFinite(weight) && weight >= 0) return;
  throw new ValueError({ op, got, expected: 'a finite number of 0 or more', fix: 'Correct that weight.' });
}

/** The class of each sample, from class indices or one-hot rows. */
async function classesOf(y: ShapedSamples, areClasses: boolean): Promise<number[]> {
  const { data, shape } = await toHost(y);
  const width = sizeOf(shape.slice(1));
  if (shape.length > 2 || (areClasses && width > 1)) {
    throw new ShapeError({
      op: 'classWeight',
      got: `y of shape ${formatShape(shape)}`,
      expected: areClasses ? 'one class index for each sample, [n]' : 'class indices [n] or one-hot rows [n, classes]',
      fix: 'Pass sampleWeight instead.',
    });
  }
  if (width === 1) return Array.from(data);
  return Array.from({ length: shape[0] }, (_, i) => positionOfLargest(data.subarray(i * width, (i + 1) * width)));
}
