import { viewAround } from '../../../../core/shape.ts';
import { type NdArray, zeros } from '../ndarray.ts';

export interface LayerNormAttributes {
  /** Non-negative. */
  readonly axis: number;
  readonly epsilon: number;
}

type Inputs = readonly [x: NdArray, gamma: NdArray, beta: NdArray];

/**
 * Calls `visit` for each row along the axis with the positions of its elements, its h_j, and 1 / sqrt(variance +
 * epsilon).
 */
function eachRow(
  { data, shape }: NdArray,
  { axis, epsilon }: LayerNormAttributes,
  visit: (at: readonly number[], h: readonly number[], factor: number) => void,
): void {
  const { outer, length, inner } = viewAround(shape, axis);
  for (let row = 0; row < outer * inner; row++) {
    const start = Math.floor(row / inner) * length * inner + (row % inner);
    const at = Array.from({ length }, (_, j) => start + j * inner);
    const mean = at.reduce((sum, i) => sum + data[i], 0) / length;
    const variance = at.reduce((sum, i) => sum + (data[i] - mean) ** 2, 0) / length;
    const factor = 1 / Math.sqrt(variance + epsilon);
    visit(
      at,
      at.map((i) => (data[i] - mean) * factor),
      factor,
    );
  }
}

/** y_j = gamma_j h_j + beta_j, with h as in layer_norm.wgsl. */
export const layerNorm = {
  forward: ([x, gamma, beta]: Inputs, attributes: LayerNormAttributes): NdArray => {
    const y = zeros(x.shape);
    eachRow(x, attributes, (at, h) => {
      at.forEach((i, j) => {
        y.data[i] = gamma.data[j] * h[j] + beta.data[j];
      });
    });
    return y;
  },
  backward: (
    dy: NdArray,
    { inputs: [x, gamma] }: { readonly inputs: Inputs },
    attributes: LayerNormAttributes,
  ): readonly NdArray[] => {
    const [dx, dgamma, dbeta] = [zeros(x.shape), zeros(gamma.shape), zeros(gamma.shape)];
    eachRow(x, attributes, (at, h, factor) => {
      const g = at.map((i, j) => gamma.data[j] * dy.data[i]);
      const mean = g.reduce((sum, value) => sum + value, 0) / g.length;
      const slope = g.reduce((sum, value, j) => sum + value * h[j], 0) / g.length;
      at.forEach((i, j) => {
        dx.data[i] = (g[j] - mean - h[j] * slope) * factor;
        dgamma.data[j] += dy.data[i] * h[j];
        dbeta.data[j] += dy.data[i];
      });
    });
    return [dx, dgamma, dbeta];
  },
};
