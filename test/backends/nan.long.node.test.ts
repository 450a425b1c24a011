import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { setCurrentDevice } from '../../src/core/device.ts';
import { Generator } from '../../src/core/random/generator.ts';
import { enterStep } from '../../src/core/random/state.ts';
import { sizeOf } from '../../src/core/shape.ts';
import { inputsOf, labelOf, type Subject } from '../../src/gradcheck/case.ts';
import { type Bound, type Evaluation, evaluate } from '../../src/gradcheck/evaluate.ts';
import { entries } from '../../src/gradcheck/suite.ts';
import { losses } from '../../src/nn/losses/get.ts';
import * as ops from '../../src/node.ts';
import { clipGradients } from '../../src/optim/index.ts';
import { cpu, gpu, onBoth, onGpu } from '../harness/device.ts';
import { limitedGpu } from '../harness/limited.ts';
import { comparedOtherwise } from '../harness/wgsl.ts';

// NaN must not vanish, or the guard that ends a run would never see it. WGSL does not define NaN: max, min and clamp
// may drop it, exp and log may return a number, and comparisons may be folded as if it never occurred. `folding`
// imitates a driver that folds, which the software GPU's does not. Only in Node, because Chrome has the same driver.

const test = suite('nan');

/** A GPU whose comparisons of NaN return the opposite of what they should. */
const folding = gpu && (await limitedGpu(gpu, { read: comparedOtherwise }, { seed: cpu.random.seed }));

/** Runs a test on each device, made current. */
function onAll(name: string, body: () => Promise<void>): void {
  onBoth(test, name, body);
  const on = (device: ops.Device): Promise<void> => {
    setCurrentDevice(device);
    return body();
  };
  if (folding !== undefined) test(`${name} (folded)`, () => on(folding));
}

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;

/** The most elements per input; more would take longer and reveal nothing new. */
const LARGEST = 3000;
/** Products by kernels that tests select: all have the same epilogue. */
const BY_KERNEL = /^matmul (?!with)/;

const ones = (size: number): Float64Array => new Float64Array(size).fill(1);

/** Every case and input of an operation, with NaN as the first, the last or a middle element. */
function poisoned(subject: Subject): { label: string; position: number; bound: Bound }[] {
  const rows = entries.flatMap((entry) => (entry.subject === subject && !entry.row.throws ? [entry.row] : []));
  return rows.flatMap((row, turn) => {
    const inputs = inputsOf(row, new Generator(1));
    if (inputs.some(({ shape }) => sizeOf(shape) > LARGEST)) return [];
    return inputs.flatMap(({ data, dtype }, position) => {
      if (dtype === 'i32' || data.length === 0) return [];
      const at = [0, Math.floor(0.6 * data.length), data.length - 1][turn % 3];
      const bad = data.with(at, nan);
      return {
        label: `${labelOf(row)}, NaN as element ${at} of input ${position}`,
        position,
        bound: {
          call: (tensors) => subject.call(tensors, row.args ?? []),
          inputs: inputs.map((input, i) => (i === position ? { ...input, data: bad } : input)),
          weights: subject.differentiable === false ? undefined : ones,
        },
      };
    });
  });
}

/** The device returns NaN wherever the reference does, and the same integers; 0 times NaN may add more NaN. */
function compare(got: Evaluation, expected: Evaluation, label: string): void {
  expected.results.forEach(({ data, dtype }, k) => {
    if (dtype === 'i32') assert.equal([...got.results[k].data], [...data], `${label}: result ${k}`);
    else hasNaN(got.results[k].data, data, `${label}: result ${k}`);
  });
  expected.gradients.forEach((dx, k) => {
    hasNaN(got.gradients[k], dx, `${label}: gradient ${k}`);
  });
}

function hasNaN(got: ArrayLike<number>, expected: ArrayLike<number>, label: string): void {
  for (let i = 0; i < expected.length; i++) {
    if (Number.isNaN(expected[i])) assert.ok(Number.isNaN(got[i]), `${label}, element ${i}: got ${got[i]}`);
  }
}

/** Whether NaN appears in a result; integer results count as showing it. */
const shows = ({ results }: Evaluation): boolean =>
  results.every(({ dtype }) => dtype === 'i32') || results.some(({ data }) => [...data].some(Number.isNaN));

for (const subject of new Set(entries.map((entry) => entry.subject))) {
  const cases = BY_KERNEL.test(subject.name) ? [] : poisoned(subject);
  if (cases.length === 0) continue;
  const name = `NaN stays in ${subject.name}`;
  const hold = async (device: ops.Device): Promise<void> => {
    const shown = new Map<number, boolean>(); // by input
    for (const { label, position, bound } of cases) {
      enterStep(device.random, device, cpu.random.step); // optimizers moved it, and the reference runs for each device
      const expected = await evaluate(bound, cpu);
      shown.set(position, shown.get(position) === true || shows(expected));
      // No integer is NaN: the driver decides what a cast returns.
      if (subject.name !== 'cast') compare(await evaluate(bound, device), expected, label);
    }
    for (const [position, any] of shown) assert.ok(any, `the reference hides NaN in input ${position}`);
  };
  onGpu(test, name, hold);
  if (folding !== undefined) test(`${name}, folded`, () => hold(folding));
  if (gpu === undefined) test(`${name}, reference only`, () => hold(cpu));
}

const { tensor } = ops;
const long = Float32Array.from({ length: 300 }, (_, i) => ([70, 200].includes(i) ? nan : i === 5 ? infinity : i));

// biome-ignore format: one operation per line
const table: Record<string, [result: () => ops.Tensor, expected: readonly number[]]> = {
  'log below 0': [() => ops.log(tensor([-5, -1e-30, -infinity])), [nan, nan, nan]],
  'sqrt below 0': [() => ops.sqrt(tensor([-5, -1e-30])), [nan, nan]],
  'asin beyond 1': [() => ops.asin(tensor([2, -2])), [nan, nan]],
  'acos beyond 1': [() => ops.acos(tensor([2, -2])), [nan, nan]],
  'a root of a negative number': [() => ops.pow(tensor([-2, -0.5]), tensor([0.5, -1.5])), [nan, nan]],
  'the power 0': [() => ops.pow(tensor([nan, -2, 0]), 0), [1, 1, 1]],
  'infinities clipped': [() => ops.clip(tensor([infinity, -infinity, nan]), -2, 2), [2, -2, nan]],
  'the larger of infinities': [() => ops.maximum(tensor([infinity, -infinity, nan]), tensor([-infinity, infinity, infinity])), [infinity, infinity, nan]],
  'the largest of infinities': [() => ops.max(tensor([[infinity, -infinity], [infinity, nan]]), { axis: 1 }), [infinity, nan]],
  equal: [() => ops.equal(tensor([nan, nan]), tensor([nan, 1])), [0, 0]],
  notEqual: [() => ops.notEqual(tensor([nan, nan, 1]), tensor([nan, 1, 1])), [1, 1, 0]],
  greaterEqual: [() => ops.greaterEqual(tensor([nan, 1]), tensor([1, nan])), [0, 0]],
  lessEqual: [() => ops.lessEqual(tensor([nan, 1]), tensor([1, nan])), [0, 0]],
  'NaN is not 0': [() => ops.logicalAnd(tensor([nan, nan]), tensor([1, 0])), [1, 0]],
  'NaN or 0': [() => ops.logicalOr(tensor([nan, 0]), tensor([0, 0])), [1, 0]],
  'argMax, the first NaN': [() => ops.argMax(tensor([[1, nan, 3, nan], [infinity, 2, 3, nan], [nan, 9, 9, 9]])), [1, 3, 0]],
  'argMax, the last NaN': [() => ops.argMax(tensor([1, nan, 3, nan, 5]), { selectLast: true }), [3]],
  'argMin, the first NaN': [() => ops.argMin(tensor([[1, nan, 0, nan], [-infinity, 2, 3, nan]])), [1, 3]],
  'argMax of many': [() => ops.argMax(tensor(long)), [70]],
  'the pixel of the first NaN': [() => ops.maxPool2d.outputs(tensor([[[[1], [nan]], [[nan], [9]]]]))[1], [1]],
  'clip by value': [() => clipGradients([tensor([nan, 3])], { clipValue: 1 })[0], [nan, 1]],
  'clip by norm': [() => clipGradients([tensor([nan, 3])], { clipNorm: 1 })[0], [nan, 3]],
  'clip by a norm of all': [() => clipGradients([tensor([3]), tensor([nan])], { globalClipNorm: 1 })[0], [3]],
};
for (const [name, [result, expected]] of Object.entries(table)) {
  onAll(name, async () => assert.equal([...(await result().data())], expected));
}

const sparse = Int32Array.of(0, 1);
const oneHot = [
  [1, 0],
  [0, 1],
];
for (const [name, makeLoss] of Object.entries(losses)) {
  onAll(`the loss ${name} of NaN`, async () => {
    const p = tensor([
      [0.25, 0.75],
      [nan, 0.5],
    ]);
    const y = tensor(name.startsWith('sparse') ? sparse : oneHot);
    for (const yPred of [p, ops.softmax(p), ops.sigmoid(p)]) {
      const loss = await makeLoss()(y, yPred).item();
      assert.ok(Number.isNaN(loss), `got ${loss}`);
    }
  });
}

test.run();
