// Functions of a few weights, and the paths of an optimizer down them. `height` is the value at a point, `loss` the sum
// of the values at the rows of a matrix, so that each row has its own gradient.
import {
  add,
  cos,
  matmul,
  mul,
  parameter,
  randomNormal,
  scope,
  slice,
  square,
  sub,
  sum,
  tensor,
  valueAndGrad,
} from 'dawngrad';

/** x^2 / 2 + 15 y^2: a ravine, 30 times as steep across as along. */
export const ravine = {
  loss: (w) => sum(mul(square(w), tensor([0.5, 15]))),
  height: (x, y) => x ** 2 / 2 + 15 * y ** 2,
};

/** The same ravine, turned by 45 degrees. */
export const diagonal = {
  loss: (w) => sum(mul(square(matmul(w, tensor([1, -1, 1, 1], { shape: [2, 2] }))), tensor([0.25, 7.5]))),
  height: (x, y) => (x + y) ** 2 / 4 + 7.5 * (y - x) ** 2,
};

/** x^2 - y^2 + y^4 / 4: a saddle point at (0, 0), from which the height falls along y, to -1. */
export const saddle = {
  loss: (w) => sum(add(mul(square(w), tensor([1, -1])), mul(square(square(w)), tensor([0, 0.25])))),
  height: (x, y) => x ** 2 - y ** 2 + y ** 4 / 4,
};

/** (1 - x)^2 + 20 (3 y - x^2)^2: a bent valley with its minimum at (1, 1/3), from distill.pub/2017/momentum. */
export const valley = {
  loss(w) {
    const [x, y] = [0, 1].map((i) => slice(w, [{}, { start: i, stop: i + 1 }]));
    return sum(add(square(sub(1, x)), mul(square(sub(mul(y, 3), square(x))), 20)));
  },
  height: (x, y) => (1 - x) ** 2 + 20 * (3 * y - x ** 2) ** 2,
};

/** The sum over all weights of w^2 / 10 + 0.3 (1 - cos(4 w)): a bowl with many small local minima, the deepest at 0. */
export const bumps = {
  loss: (w) => sum(add(mul(square(w), 0.1), mul(sub(1, cos(mul(w, 4))), 0.3))),
  height: (...weights) => weights.reduce((total, w) => total + w ** 2 / 10 + 0.3 * (1 - Math.cos(4 * w)), 0),
};

/**
 * The paths of an optimizer from each of the `starts`: `[{ places, values }]`, a point and its height before each step.
 * `noise` is the standard deviation of normal noise that is added to each gradient.
 */
export async function descend({ loss, height }, { starts, optimizer, steps, noise = 0 }) {
  const w = parameter(tensor(starts));
  const size = w.shape[1];
  const paths = starts.map(() => ({ places: [], values: [] }));
  for (let step = 0; step < steps; step++) {
    const weights = await w.data();
    for (const [i, { places, values }] of paths.entries()) {
      places.push(Array.from(weights.subarray(i * size, (i + 1) * size)));
      values.push(height(...places.at(-1)));
    }
    scope(() => {
      const [gradient] = valueAndGrad(() => loss(w), [w]).grads;
      optimizer.apply([noise > 0 ? add(gradient, randomNormal(w.shape, { stddev: noise })) : gradient], [w]);
    });
  }
  w.dispose();
  optimizer.dispose();
  return paths;
}
