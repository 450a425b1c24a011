import type { NdArray } from '../ndarray.ts';

export function movingAverage(average: NdArray, value: NdArray, weight: number): void {
  for (let i = 0; i < average.data.length; i++) average.data[i] += (value.data[i] - average.data[i]) * weight;
}
