// Logistic neurons that learn side by side, and the line that each draws between two classes.
import {
  add,
  compile,
  matmul,
  mul,
  parameter,
  sgd,
  sigmoidCrossEntropy,
  square,
  sum,
  tensor,
  valueAndGrad,
  zeros,
} from 'dawngrad';

/**
 * The weights of each neuron before every step of batch gradient descent: a list for each step. A run has `points`, a row each, and
 * their `classes`, 0 or 1; the weights `first` to start from, a `rate`, and a `decay` if L2 holds its weights back. The bias is
 * the last weight, 0 at first.
 */
export async function learn(runs, steps) {
  const x = tensor(runs.map(({ points }) => points)); // [runs, points, features]: all runs are one batch
  const y = tensor(runs.map(({ classes }) => classes.map((c) => [c])));
  const rates = tensor(runs.map(({ rate, classes }) => rate / classes.length));
  const decays = tensor(runs.map(({ decay = 0, classes }) => decay * classes.length));
  const w = parameter(tensor(runs.map(({ first }) => first.map((v) => [v]))));
  const b = parameter(zeros([runs.length, 1, 1]));
  const optimizer = sgd({ learningRate: 1 }); // each loss is multiplied by the rate of its run instead
  const losses = () => {
    const errors = sum(sigmoidCrossEntropy(add(matmul(x, w), b), y), { axis: [1, 2] });
    return add(errors, mul(sum(square(w), { axis: [1, 2] }), decays));
  };
  const step = compile(() => {
    const { value, grads } = valueAndGrad(() => sum(mul(losses(), rates)), [w, b]);
    optimizer.apply(grads, [w, b]);
    return value;
  });
  const history = [];
  for (let i = 0; i <= steps; i++) {
    const [weights, biases] = [await w.array(), await b.array()];
    history.push(weights.map((rows, k) => [...rows.flat(), ...biases[k].flat()]));
    step().dispose();
  }
  return history;
}

/** Adds to each run of two features the `accuracy` before every step, and the `steps` until it stays at the `goal`. */
export function judge(runs, history, goal) {
  for (const [k, run] of runs.entries()) {
    const isRight =
      ([w1, w2, b]) =>
      ([p, q], i) =>
        +(w1 * p + w2 * q + b > 0) === run.classes[i];
    run.accuracy = history.map((all) => run.points.filter(isRight(all[k])).length / run.points.length);
    run.steps = run.accuracy.findLastIndex((accuracy) => accuracy < goal) + 1;
  }
}

/** The runs of one `kind` at the rate with which they need the fewest steps. */
export function bestOf(runs, kind) {
  const byRate = [...new Set(runs.map(({ rate }) => rate))].map((rate) =>
    runs.filter((run) => run.kind === kind && run.rate === rate),
  );
  const total = (some) => some.reduce((sum, { steps }) => sum + steps, 0);
  return byRate.toSorted((a, b) => total(a) - total(b))[0];
}

/** The part of the line w1 x + w2 y + b = 0 between the axes' `min` and `max`, as points. */
export function lineIn([w1, w2, b], x, y) {
  const norm = Math.hypot(w1, w2);
  const at = (t) => [(-w1 * b) / norm ** 2 + (t * w2) / norm, (-w2 * b) / norm ** 2 - (t * w1) / norm];
  const points = Array.from({ length: 4001 }, (_, i) => at((i - 2000) / 50));
  return points.filter(([p, q]) => p > x.min && p < x.max && q > y.min && q < y.max);
}
