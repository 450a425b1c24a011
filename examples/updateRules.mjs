// The update rules that the examples compare. Six are drawn; raw Adam is the lecture's, without bias
// correction.
import { adadelta, adagrad, adam, adamax, adamW, nadam, rmsprop, sgd } from 'dawngrad';
import { grid, logUniform, search } from 'dawngrad/search';

export const rules = {
  SGD: sgd,
  momentum: (options) => sgd({ ...options, momentum: 0.9 }),
  Nesterov: (options) => sgd({ ...options, momentum: 0.9, nesterov: true }),
  RMSprop: (options) => rmsprop({ ...options, convention: 'lecture' }),
  Adam: adam,
  Adagrad: adagrad,
  Adadelta: adadelta,
  'raw Adam': (options) => adam({ ...options, convention: 'lecture' }),
  AMSGrad: (options) => adam({ ...options, amsgrad: true }),
  AdamW: adamW,
  Adamax: adamax,
  Nadam: nadam,
};
export const DRAWN = Object.keys(rules).slice(0, 6);

/** Tries learning rates from `low` to `high` in half decades: `{ learningRate, value, trials }`, the best and all. */
export async function bestRate(low, high, objective) {
  const points = 1 + Math.round(2 * Math.log10(high / low));
  const space = { learningRate: logUniform(low, high) };
  const { best, trials } = await search({ space, sampler: grid({ points }) }, ({ learningRate }) =>
    objective(learningRate),
  );
  return { learningRate: best.parameters.learningRate, value: best.value, trials };
}

export const mean = (values) => values.reduce((sum, value) => sum + value) / values.length;
