// The mean and the spread of a few runs.
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Mean, standard deviation, and standard error of the mean; `text` has the first two. */
export function spread(values, digits = 3) {
  const centre = mean(values);
  const squares = values.map((value) => (value - centre) ** 2);
  const deviation = Math.sqrt((mean(squares) * values.length) / (values.length - 1));
  const text = `${centre.toFixed(digits)} ± ${deviation.toFixed(digits)}`;
  return { mean: centre, deviation, error: deviation / Math.sqrt(values.length), text };
}

/** Series for `draw`: the mean of some curves, lists of [x, y], as a line with a name, and the curves as points. */
export const withPoints = (name, curves, style = {}) => [
  { name, ...style, data: curves[0].map(([x], i) => [x, mean(curves.map((curve) => curve[i][1]))]) },
  { type: 'scatter', like: name, data: curves.flat() },
];
