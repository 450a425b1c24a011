import type { Device } from '../device.ts';
import { Generator } from '../random.ts';
import { formatShape, sameShape } from '../shape.ts';
import { flatten } from '../tensor.ts';
import { type Case, drawDirection, inputsOf, labelOf, type Subject } from './case.ts';
import {
  type Call,
  DIFFERENCE_ERROR,
  differenceQuotient,
  type Evaluation,
  evaluate,
  type Input,
  type Weights,
  weightedSum,
} from './evaluate.ts';
import { type CheckResult, Findings } from './findings.ts';
import { float64Tolerances, kernelTolerances, type Tolerances } from './tolerance.ts';

/** Where a case runs: the device under check, and float64 on the CPU as the truth. */
export interface Devices {
  readonly device: Device;
  readonly reference: Device;
}

const INPUT_SEED = 1;
const WEIGHT_SEED = 2;
const DIRECTION_SEED = 3;

const randomWeights: Weights = (size) => drawDirection(size, new Generator(WEIGHT_SEED));
const ones: Weights = (size) => new Float64Array(size).fill(1);

/**
 * Holds one case of a subject on a device against the float64 reference: results and gradients element by element; the
 * gradients of both devices along a random direction v against the reference's difference quotient,
 *
 *     sum_i <dx_i(u), v_i> = <u, (f(x + e v) - f(x - e v)) / 2e>     for random weights u;
 *
 * and whatever the case itself states.
 */
export async function check(subject: Subject, row: Case, devices: Devices): Promise<CheckResult> {
  const findings = new Findings();
  const inputs = inputsOf(row, new Generator(INPUT_SEED));
  const call: Call = (tensors) => subject.call(tensors, row.args ?? []);
  try {
    if (row.throws === undefined) await compare(subject, row, { call, inputs }, devices, findings);
    else await expectError(row.throws, { call, inputs }, devices, findings);
  } catch (error) {
    findings.fail(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  return findings.result(subject.name, labelOf(row));
}

interface Bound {
  readonly call: Call;
  readonly inputs: readonly Input[];
}

async function expectError(message: RegExp, { call, inputs }: Bound, devices: Devices, findings: Findings) {
  for (const device of [devices.reference, devices.device]) {
    const error: unknown = await evaluate(call, inputs, device).catch((caught: unknown) => caught);
    const { backend } = device.info;
    if (!(error instanceof Error)) findings.fail(`${backend}: no error, expected one that says ${message}`);
    else if (!message.test(error.message)) findings.fail(`${backend}: ${error.message}; expected ${message}`);
  }
}

async function compare(
  { accuracy, differentiable = true }: Subject,
  row: Case,
  { call, inputs }: Bound,
  { device, reference }: Devices,
  findings: Findings,
): Promise<void> {
  const weights = row.dx === undefined ? randomWeights : ones;
  const run = (what: Call, on: Device) => evaluate(what, inputs, on, differentiable ? weights : undefined);
  const expected = await run(call, reference);
  const got = await run(call, device);
  const { roundings } = row;
  const allowed = roundings === undefined ? accuracy : { ...accuracy, roundings, gradient: roundings };
  const tolerances = await kernelTolerances(allowed, { call, inputs, weights }, expected, reference);
  const exact = float64Tolerances(expected);

  compareEvaluations('kernel', got, expected, tolerances, findings);
  compareStated('kernel', got, row, tolerances, findings);
  compareStated('reference', expected, row, exact, findings);
  const { composed } = row;
  if (composed !== undefined) {
    const other = await run((tensors) => composed(...tensors), reference);
    const first = { ...expected, results: expected.results.slice(0, 1) }; // by-products stay out of the comparison
    compareEvaluations('reference against its composition', first, other, exact, findings);
  }
  if (expected.gradients.length === 0 || row.values !== undefined) return; // chosen values may lie on a kink

  const random = new Generator(DIRECTION_SEED);
  const along = expected.gradients.map((dx) => drawDirection(dx.length, random));
  const quotient = await differenceQuotient((x) => weightedSum(call(x), weights), inputs, along, reference);
  const y = expected.results[0].data;
  const difference = DIFFERENCE_ERROR * (magnitudes(expected.gradients, along) + magnitudes([y], [weights(y.length)]));
  const rounding = sumOver(along, (v, i, j) => tolerances.gradients[j](i) * Math.abs(v));
  const directional = (of: Evaluation): number[] => [sumOver(along, (v, i, j) => of.gradients[j][i] * v)];
  findings.compare('reference, gradient along v', directional(expected), [quotient], () => difference);
  findings.compare('kernel, gradient along v', directional(got), [quotient], () => difference + rounding);
}

/** The sum of `f` over all elements of some vectors. */
const sumOver = (vectors: readonly Float64Array[], f: (v: number, i: number, j: number) => number): number =>
  vectors.reduce((total, vector, j) => vector.reduce((sum, v, i) => sum + f(v, i, j), total), 0);

const magnitudes = (a: readonly ArrayLike<number>[], b: readonly Float64Array[]): number =>
  sumOver(b, (v, i, j) => Math.abs(v * a[j][i]));

/** Shapes, dtypes and elements of all results, and of the gradients. */
function compareEvaluations(
  what: string,
  got: Evaluation,
  expected: Evaluation,
  tolerances: Tolerances,
  findings: Findings,
): void {
  const describe = ({ results }: Evaluation): string =>
    results.map(({ shape, dtype }) => `${dtype} ${formatShape(shape)}`).join(', ');
  if (describe(got) !== describe(expected)) {
    findings.fail(`${what}: made ${describe(got)}, expected ${describe(expected)}`);
    return;
  }
  expected.results.forEach(({ data }, k) => {
    findings.compare(`${what}, result ${k}`, got.results[k].data, data, tolerances.results[k]);
  });
  expected.gradients.forEach((dx, j) => {
    findings.compare(`${what}, gradient ${j}`, got.gradients[j], dx, tolerances.gradients[j]);
  });
}

/** The outcome as the case states it. */
function compareStated(
  what: string,
  got: Evaluation,
  { y, dx = [] }: Case,
  tolerances: Tolerances,
  findings: Findings,
) {
  const [result] = got.results;
  if (y !== undefined) {
    const { values, shape } = flatten(y);
    if (!sameShape(shape, result.shape)) {
      findings.fail(`${what}: made ${formatShape(result.shape)}, the case states ${formatShape(shape)}`);
    }
    findings.compare(`${what}, result as stated`, result.data, values, tolerances.results[0]);
  }
  dx.forEach((stated, j) => {
    const { values } = flatten(stated);
    findings.compare(`${what}, gradient ${j} as stated`, got.gradients[j], values, tolerances.gradients[j]);
  });
}
