import type { Device } from '../core/device.ts';
import { DeviceError } from '../core/errors.ts';
import { Generator } from '../core/random/generator.ts';
import { formatShape, sameShape } from '../core/shape.ts';
import { flatten } from '../core/tensor/nested.ts';
import type { Tensor } from '../core/tensor/tensor.ts';
import { type Case, drawDirection, inputsOf, labelOf, type Subject } from './case.ts';
import {
  type Bound,
  DIFFERENCE_ERROR,
  differenceQuotient,
  type Evaluation,
  evaluate,
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

/** A case on its way through the comparisons. */
interface Run extends Devices {
  readonly subject: Subject;
  readonly row: Case;
  readonly bound: Bound;
  readonly findings: Findings;
}

/**
 * Holds one case of a subject on a device against the float64 reference: results and gradients element by element; the
 * gradients of both devices along a random direction v against the reference's difference quotient,
 *
 *     sum_i <dx_i(u), v_i> = <u, (f(x + e v) - f(x - e v)) / 2e>     for random weights u;
 *
 * and whatever the case itself states.
 */
export async function check(subject: Subject, row: Case, devices: Devices): Promise<CheckResult> {
  const { differentiable = true } = subject;
  const bound: Bound = {
    call: (tensors) => subject.call(tensors, row.args ?? []),
    inputs: inputsOf(row, new Generator(INPUT_SEED)),
    weights: !differentiable ? undefined : row.dx === undefined ? randomWeights : ones,
  };
  const findings = new Findings();
  const run = { subject, row, bound, findings, ...devices };
  try {
    await (row.throws === undefined ? compareResults(run) : compareError(run, row.throws));
  } catch (error) {
    findings.fail(reasonOf(error));
  }
  return findings.result(subject.name, labelOf(row));
}

/** A device tells what is wrong by itself; other errors need their stack. */
function reasonOf(error: unknown): string {
  if (error instanceof DeviceError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

async function compareError({ bound, device, reference, findings }: Run, message: RegExp): Promise<void> {
  for (const each of [reference, device]) {
    const error: unknown = await evaluate(bound, each).catch((caught: unknown) => caught);
    if (error instanceof DeviceError && !message.test(error.message)) throw error;
    const { backend } = each.info;
    if (!(error instanceof Error)) findings.fail(`${backend}: no error, expected one that says ${message}`);
    else if (!message.test(error.message)) findings.fail(`${backend}: ${error.message}; expected ${message}`);
  }
}

async function compareResults(run: Run): Promise<void> {
  const { subject, row, bound, device, reference, findings } = run;
  const expected = await evaluate(bound, reference);
  const got = await evaluate(bound, device);
  const { roundings } = row;
  const accuracy = roundings === undefined ? subject.accuracy : { ...subject.accuracy, roundings, gradient: roundings };
  const tolerances = await kernelTolerances(accuracy, bound, { expected, reference });
  const exact = float64Tolerances(expected);

  compareEvaluations({ what: 'kernel', got, expected, tolerances }, findings);
  compareStated({ what: 'kernel', got, tolerances }, row, findings);
  compareStated({ what: 'reference', got: expected, tolerances: exact }, row, findings);
  const { composed } = row;
  if (composed !== undefined) {
    const other = await evaluate({ ...bound, call: (tensors) => composed(...tensors) }, reference);
    const first = { ...expected, results: expected.results.slice(0, 1) }; // by-products stay out of the comparison
    const what = 'reference against its composition';
    compareEvaluations({ what, got: first, expected: other, tolerances: exact }, findings);
  }
  // Stated values may lie on a kink, where a difference quotient means nothing.
  if (expected.gradients.length > 0 && row.values === undefined) {
    await compareSlopes(run, { got, expected, tolerances });
  }
}

interface Compared {
  readonly got: Evaluation;
  readonly expected: Evaluation;
  readonly tolerances: Tolerances;
}

/** The gradients of both devices along a random direction against the reference's difference quotient. */
async function compareSlopes({ bound, reference, findings }: Run, { got, expected, tolerances }: Compared) {
  const { call, inputs: at, weights = ones } = bound;
  const random = new Generator(DIRECTION_SEED);
  const along = expected.gradients.map((dx) => drawDirection(dx.length, random));
  const f = (x: readonly Tensor[]): Tensor => weightedSum(call(x), weights);
  const quotient = [await differenceQuotient({ f, at, along }, reference)];

  const slope = ({ gradients }: Evaluation): number[] => [sumOver(along, (v, i, j) => gradients[j][i] * v)];
  const y = expected.results[0].data;
  const terms =
    sumOver(along, (v, i, j) => Math.abs(expected.gradients[j][i] * v)) +
    sumOver([weights(y.length)], (u, i) => Math.abs(u * y[i]));
  const difference = DIFFERENCE_ERROR * terms;
  const rounding = sumOver(along, (v, i, j) => tolerances.gradients[j](i) * Math.abs(v));
  const compare = (what: string, of: Evaluation, allowed: number): void =>
    findings.compare({ what, got: slope(of), expected: quotient, tolerance: () => allowed });
  compare('reference, gradient along v', expected, difference);
  compare('kernel, gradient along v', got, difference + rounding);
}

/** The sum of `f` over all elements of some vectors. */
const sumOver = (vectors: readonly Float64Array[], f: (v: number, i: number, j: number) => number): number =>
  vectors.reduce((total, vector, j) => vector.reduce((sum, v, i) => sum + f(v, i, j), total), 0);

/** Shapes, dtypes and elements of all results, and of the gradients. */
function compareEvaluations(
  { what, got, expected, tolerances }: Compared & { readonly what: string },
  findings: Findings,
): void {
  const describe = ({ results }: Evaluation): string =>
    results.map(({ shape, dtype }) => `${dtype} ${formatShape(shape)}`).join(', ');
  if (describe(got) !== describe(expected)) {
    findings.fail(`${what}: made ${describe(got)}, expected ${describe(expected)}`);
    return;
  }
  expected.results.forEach(({ data }, k) => {
    const tolerance = tolerances.results[k];
    findings.compare({ what: `${what}, result ${k}`, got: got.results[k].data, expected: data, tolerance });
  });
  expected.gradients.forEach((dx, j) => {
    const tolerance = tolerances.gradients[j];
    findings.compare({ what: `${what}, gradient ${j}`, got: got.gradients[j], expected: dx, tolerance });
  });
}

/** The outcome as the case states it. */
function compareStated(
  { what, got, tolerances }: Omit<Compared, 'expected'> & { readonly what: string },
  { y, dx = [] }: Case,
  findings: Findings,
): void {
  const [{ data, shape }] = got.results;
  if (y !== undefined) {
    const stated = flatten(y);
    if (!sameShape(shape, stated.shape)) {
      findings.fail(`${what}: made ${formatShape(shape)}, the case states ${formatShape(stated.shape)}`);
    }
    const [tolerance] = tolerances.results;
    findings.compare({ what: `${what}, result as stated`, got: data, expected: stated.values, tolerance });
  }
  dx.forEach((stated, j) => {
    const expected = flatten(stated).values;
    const tolerance = tolerances.gradients[j];
    findings.compare({ what: `${what}, gradient ${j} as stated`, got: got.gradients[j], expected, tolerance });
  });
}
