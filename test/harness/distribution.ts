import * as assert from 'uvu/assert';

export interface Distribution {
  readonly deviation: number;
  readonly low?: number;
  readonly high?: number;
  readonly uniform: boolean;
}

/** Draws enough numbers to check their mean, standard deviation and bounds against a distribution around 0. */
export function checkDistribution(draw: () => Float32Array, { deviation, low, high, uniform }: Distribution): void {
  const values: number[] = [];
  while (values.length < 20000) values.push(...draw());
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const sample = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / n);
  assert.ok(Math.abs(mean) <= (5 * deviation) / Math.sqrt(n), `mean ${mean}`);
  assert.ok(Math.abs(sample / deviation - 1) <= 5 / Math.sqrt(n), `deviation ${sample}, expected ${deviation}`);
  const smallest = values.reduce((a, b) => Math.min(a, b));
  const largest = values.reduce((a, b) => Math.max(a, b));
  if (low !== undefined) assert.ok(smallest >= low, `${smallest} is below ${low}`);
  if (high !== undefined) assert.ok(largest <= high, `${largest} is above ${high}`);
  if (uniform && low !== undefined && high !== undefined) {
    const margin = 0.01 * (high - low);
    assert.ok(smallest <= low + margin && largest >= high - margin, `${smallest} to ${largest} leaves a gap`);
  }
  const far = values.filter((value) => Math.abs(value) > 2 * deviation).length / n;
  assert.ok(uniform ? far === 0 : Math.abs(far - 0.0455) < 0.02, `${far} beyond two deviations`);
}
