import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { unary, unaryReference } from '../../src/backends/cpu/reference/elementwise/unary.ts';
import { GpuDevice } from '../../src/backends/webgpu/device.ts';
import { setCurrentDevice } from '../../src/core/device.ts';
import type { Case } from '../../src/gradcheck/case.ts';
import { check } from '../../src/gradcheck/check.ts';
import { differenceQuotient } from '../../src/gradcheck/evaluate.ts';
import { Findings } from '../../src/gradcheck/findings.ts';
import { entries, entriesOf, runSuite } from '../../src/gradcheck/suite.ts';
import { cast, type Device, exp, greater, mul, relu, sum, type Tensor, zeros } from '../../src/index.ts';
import { init } from '../../src/node.ts';
import { defineOp, type OpDefinition } from '../../src/ops/op.ts';
import { cpu, onGpu } from '../harness/device.ts';

const test = suite('gradcheck');

/** relu with parts replaced, as a subject of the check. */
function altered(parts: Partial<OpDefinition<[x: Tensor], object>>) {
  const op = defineOp<[x: Tensor]>({ ...relu.definition, name: 'altered', ...parts });
  return (row: Case, device: Device) =>
    check({ name: 'altered', call: ([x]) => op(x), accuracy: { roundings: 0, scale: 'value' } }, row, {
      device,
      reference: cpu,
    });
}

const RANDOM: Case = { shapes: [[45, 65]] };
const { forward } = relu.definition;
/** The reference without its own backward. */
const forwardOnly = { forward: unaryReference(unary.relu).forward };

/** The gradient of relu from operations, with a given slope. */
const withSlope =
  (slope: number): NonNullable<OpDefinition<[x: Tensor], object>['backward']> =>
  (_run, dy, { inputs: [x] }) => [mul(mul(dy, cast(greater(x, 0), 'f32')), slope)];

test('a correct gradient passes, even with the backward of the definition as reference', async () => {
  const checkIt = altered({ reference: forwardOnly, backward: withSlope(1) });
  const { verdict, error, tolerance } = await checkIt(RANDOM, cpu);
  assert.is(verdict, 'passed');
  assert.ok(error <= tolerance);
});

test('a wrong gradient on both backends is caught by the difference quotient', async () => {
  const checkIt = altered({ reference: forwardOnly, backward: withSlope(0.9) });
  const { verdict, reason = '' } = await checkIt(RANDOM, cpu);
  assert.is(verdict, 'failed');
  assert.match(reason, /^reference, gradient along v/);
});

onGpu(test, 'a wrong gradient of the kernel is caught', async (device) => {
  const { verdict, reason = '' } = await altered({ backward: withSlope(0.9) })(RANDOM, device);
  assert.is(verdict, 'failed');
  assert.match(reason, /^kernel, gradient 0, element \d+: got/);
});

onGpu(test, 'a wrong result of the kernel is caught', async (device) => {
  const wrong = altered({
    forward: (run, [x], attributes, shape) => mul([forward(run, [x], attributes, shape)].flat()[0], 1 + 1e-6),
  });
  const { verdict, reason = '', error, tolerance } = await wrong(RANDOM, device);
  assert.is(verdict, 'failed');
  assert.match(reason, /^kernel, result 0, element \d+: got/);
  assert.ok(error > tolerance);
});

onGpu(test, 'a shape rule that contradicts the kernel is caught', async (device) => {
  const { reason = '' } = await altered({ shape: ([x]) => [...x, 1] })(RANDOM, device);
  assert.match(reason, /internal: altered returned shape \[45, 65\]; its shape rule says \[45, 65, 1\]/);
});

test('a stated result, gradient or error that does not occur is caught', async () => {
  const checkIt = altered({});
  const failures: [Case, RegExp][] = [
    [{ values: [[-1, 1]], y: [0, 2] }, /^kernel, result as stated, element 1: got 1, expected 2/],
    [{ values: [[-1, 1]], y: [[0, 1]] }, /made \[2\], the case states \[1, 2\]/],
    [{ values: [[-1, 0]], dx: [[0, 1]] }, /^kernel, gradient 0 as stated, element 1: got 0, expected 1/],
    [{ values: [[-1, 1]], throws: /refused/ }, /^cpu: no error, expected one that says \/refused\//],
    [{ shapes: [[2]], composed: (x) => mul(x, 2) }, /^reference against its composition, result 0/],
  ];
  for (const [row, reason] of failures) assert.match((await checkIt(row, cpu)).reason ?? '', reason);
});

test('NaN equals only NaN, and infinity only itself', () => {
  const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;
  const verdict = (got: number, expected: number, tolerance = 1): string => {
    const findings = new Findings();
    findings.compare({ what: 'numbers', got: [got], expected: [expected], tolerance: () => tolerance });
    return findings.result('compare', '').verdict;
  };
  assert.is(verdict(nan, nan), 'passed');
  assert.is(verdict(infinity, infinity, 0), 'passed');
  assert.is(verdict(1, 1.5), 'passed');
  assert.is(verdict(1, 3), 'failed');
  assert.is(verdict(nan, 0), 'failed');
  assert.is(verdict(0, nan), 'failed');
  assert.is(verdict(infinity, 1e30), 'failed');
  assert.is(verdict(infinity, -infinity), 'failed');
  assert.is(verdict(infinity, 1, infinity), 'failed');
  assert.is(verdict(1, 2, nan), 'failed');
});

test('a difference quotient finds the slope along a direction', async () => {
  const at = [
    { data: Float64Array.of(0, 1), shape: [2], dtype: 'f32', varies: true },
    { data: Float64Array.of(3), shape: [1], dtype: 'f32', varies: false },
  ] as const;
  const f = ([x, scale]: readonly Tensor[]): Tensor => mul(sum(exp(x)), scale);
  const slope = await differenceQuotient({ f, at, along: [Float64Array.of(1, -2)] }, cpu);
  assert.ok(Math.abs(slope - 3 * (1 - 2 * Math.E)) < 1e-8);
});

const BROKEN = {
  file: 'shaders/broken.wgsl',
  text: `@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@compute @workgroup_size(1)
fn forward() { y[0] = no_such_function(x[0]); }
`,
};

onGpu(test, 'a shader that does not compile says where, once, and not what follows from it', async (usual) => {
  const device = await init({ backend: 'webgpu', seed: 1 });
  const kernel = { name: 'broken', sources: [BROKEN] };
  const broken = ([x]: readonly Tensor[]): Tensor => {
    if (x.ndim === 0 && x.device !== device) throw new Error('refused');
    if (!(device instanceof GpuDevice) || x.device !== device) return relu(x);
    const y = zeros(x.shape, { device });
    device.run({ kernel, entry: 'forward', reads: [x], writes: [y], grid: { workgroups: 1 } });
    return y;
  };
  const subject = { name: 'broken', call: broken, accuracy: { roundings: 0, scale: 'value' } } as const;
  const rows: Case[] = [RANDOM, { shapes: [[7]] }, { shapes: [[]], throws: /refused/ }];
  const chosen = rows.map((row) => ({ subject, row }));
  const results = await runSuite({ device, chosen });
  device.dispose();
  setCurrentDevice(usual);
  const [first, ...others] = results.map(({ reason = '' }) => reason);
  assert.match(first, /^shaders\/broken\.wgsl:4: .*no_such_function.*\n +fn forward\(\) \{.*\n +\^$/);
  assert.equal(others, ['as above', 'as above']);
});

test('cases are chosen by parts of names, and a name that is none is told near ones', () => {
  const namesOf = (...texts: readonly string[]) => [...new Set(entriesOf(texts).map(({ subject }) => subject.name))];
  assert.equal(namesOf('logsoft', 'softplus'), ['softplus', 'logSoftmax']);
  assert.is(entriesOf([]).length, entries.length);
  assert.throws(
    () => entriesOf(['relu', 'sofmax']),
    /gradcheck: got 'sofmax'; expected part of the name of an operation or kernel\. Did you mean 'softmax'\?/,
  );
});

test.run();
