// ONNX's reductions.
import {
  abs,
  argMax,
  argMin,
  log,
  logSumExp,
  max,
  mean,
  min,
  prod,
  sqrt,
  square,
  sum,
  type Tensor,
} from '../../../src/node.ts';
import type { Case } from '../case.ts';
import type { Rules } from './rules.ts';

/** No axes mean all of them, or none where `noop_with_empty_axes` says so. */
function reductionOf(c: Case) {
  const axes = c.list('axes') ?? c.numbers('axes');
  const axis = axes.length > 0 || c.flag('noop_with_empty_axes') ? { axis: axes } : {};
  return { ...axis, keepDims: c.flag('keepdims') };
}

const reduction = (f: (x: Tensor, options: ReturnType<typeof reductionOf>) => Tensor) => (c: Case) => ({
  reduced: f(c.tensor('data'), reductionOf(c)),
});

const extremum = (f: typeof argMax) => (c: Case) => ({
  reduced: f(c.tensor('data'), {
    axis: c.number('axis'),
    keepDims: c.flag('keepdims'),
    selectLast: c.flag('select_last_index'),
  }),
});

export const reduce: Rules = {
  ArgMax: extremum(argMax),
  ArgMin: extremum(argMin),
  ReduceL1: reduction((x, options) => sum(abs(x), options)),
  ReduceL2: reduction((x, options) => sqrt(sum(square(x), options))),
  ReduceLogSum: reduction((x, options) => log(sum(x, options))),
  ReduceLogSumExp: reduction(logSumExp),
  ReduceMax: reduction(max),
  ReduceMean: reduction(mean),
  ReduceMin: reduction(min),
  ReduceProd: reduction(prod),
  ReduceSum: reduction(sum),
  ReduceSumSquare: reduction((x, options) => sum(square(x), options)),
};
