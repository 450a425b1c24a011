// Runs the conformance cases of other projects, which live outside of this one:
//   DAWNGRAD_CONFORMANCE=folder npm test -- --node conformance
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { onGpu } from '../harness/device.ts';
import type { FullCase, RawCase, Translation } from './case.ts';
import { runGraphCase } from './gradient.ts';
import { checkInitializer } from './initializers.ts';
import { runLossCase, runPenaltyCase } from './losses.ts';
import { runOnnxCase } from './onnx.ts';
import { runOptimizerCase, runScheduleCase } from './optimizers.ts';
import { runBatchNormCase, runFitCase } from './training.ts';

interface Report {
  readonly pass: number;
  readonly fail: number;
  readonly unsupported: number;
  readonly informative: number;
  readonly failures: readonly {
    readonly name: string;
    readonly informative?: true;
    readonly problems: readonly string[];
  }[];
}

/** What the folder's own harness.mjs offers. */
interface Harness {
  readonly loadCases: () => readonly FullCase[];
  readonly runAll: (
    run: Translation,
    options: { readonly files: readonly string[]; readonly only: (given: RawCase) => boolean },
  ) => Promise<Report>;
}

/** Translations by the operation of a case; ONNX's have an operator each. */
const translations: Readonly<Record<string, Translation>> = {
  loss: runLossCase,
  penalty: runPenaltyCase,
  graph: runGraphCase,
  optimizer: runOptimizerCase,
  clip_gradients: runOptimizerCase,
  lr_schedule: runScheduleCase,
  batch_norm_running_stats: runBatchNormCase,
  fit: runFitCase,
};

const notOffered = new Set<string>();

const translate: Translation = async (given) => {
  const run = given.file.startsWith('onnx/') ? runOnnxCase : translations[given.op];
  const outputs = (await run?.(given)) ?? null;
  if (outputs === null) notOffered.add(given.name);
  return outputs;
};

/** What can't pass everywhere, and why. */
const known: Readonly<Record<string, string>> = {
  'onnx.node.test_celu_bfloat16': 'the expected numbers are rounded to bfloat16',
};

/** What has to be offered, whole: Keras's optimizers and losses by these names. */
const required = [
  'SGD',
  'AdamW',
  'Adagrad',
  'Adadelta',
  'Adamax',
  'Nadam',
  'RMSprop',
  'Adam',
  'MeanSquaredError',
  'MeanAbsoluteError',
  'BinaryCrossentropy',
  'CategoricalCrossentropy',
  'SparseCategoricalCrossentropy',
];

/** How many core cases of a group have to pass, where not all operators are offered. */
const atLeast: Readonly<Record<string, number>> = { onnx: 342 };

/** Cases that are counted apart: what WGSL does not promise, and ranks above 4. */
const APART = ['nonfinite', 'rank5+'];

/** One line of numbers for the cases of a file and tier. */
function summaryOf(label: string, chosen: readonly RawCase[], report: Report, failing: ReadonlySet<string>): string {
  const { pass, fail, unsupported, informative } = report;
  const counts: [what: string, count: number][] = [['fail', fail]];
  for (const tag of APART) {
    const tagged = chosen.filter(({ name, tags }) => failing.has(name) && tags.includes(tag));
    counts.push([`of them ${tag}`, tagged.length]);
  }
  counts.push(['not offered', unsupported], ['not scored', informative]);
  const others = counts.filter(([, count]) => count > 0).map(([what, count]) => `, ${count} ${what}`);
  return `${label} ${pass} pass${others.join('')}`;
}

/** Runs the cases of a folder and prints their numbers per file. A case that is offered and fails is an error. */
async function runGroup({ loadCases, runAll }: Harness, group: string): Promise<void> {
  const cases = loadCases().filter(({ file }) => file.startsWith(`${group}/`));
  const lines: string[] = [];
  const wrong: string[] = [];
  let passedInCore = 0;
  for (const file of new Set(cases.map((given) => given.file))) {
    for (const tier of ['core', 'extra']) {
      const only = (given: RawCase): boolean => given.file === file && (given.tier ?? 'core') === tier;
      const chosen = cases.filter(only);
      if (chosen.length === 0) continue;
      const report = await runAll(translate, { files: [file], only });
      const failures = report.failures.filter((failure) => !failure.informative);
      const failing = new Set(failures.map(({ name }) => name));
      lines.push(summaryOf(`${file.padEnd(32)} ${tier.padEnd(5)}`, chosen, report, failing));
      for (const { name, problems } of failures) {
        if (known[name] === undefined) wrong.push(`${name}: ${problems.join('; ')}`);
        else lines.push(`  ${name}: ${known[name]}`);
      }
      if (tier === 'core') passedInCore += report.pass;
    }
  }
  lines.push(`${group}: ${passedInCore} core cases pass`);
  console.log(`\n${lines.map((line) => `note: ${line}`).join('\n')}`); // test/run.mjs passes notes on
  const wanted = cases.filter(({ attrs }) => required.includes(String(attrs.optimizer ?? attrs.loss)));
  const missing = wanted.filter(({ name }) => notOffered.has(name)).map(({ name }) => name);
  assert.equal(wrong, [], `${wrong.length} cases fail:\n${wrong.join('\n')}`);
  assert.equal(missing, [], `not offered: ${missing.join(', ')}`);
  assert.ok(passedInCore >= (atLeast[group] ?? 0), `${passedInCore} core cases pass, expected ${atLeast[group]}`);
}

const groups = ['onnx', 'autograd', 'losses', 'optimizers', 'schedules', 'batchnorm', 'training'];
const folder = process.env.DAWNGRAD_CONFORMANCE;
const test = suite('conformance');

if (folder === undefined) {
  console.log('skipped: conformance cases (DAWNGRAD_CONFORMANCE does not name their folder)');
  for (const group of [...groups, 'init']) test.skip(group, () => {});
} else {
  const harness: Harness = await import(pathToFileURL(join(folder, 'harness.mjs')).href);
  for (const group of groups) onGpu(test, group, () => runGroup(harness, group));
  test('init', () => {
    for (const given of harness.loadCases()) if (given.op === 'init_statistics') checkInitializer(given);
  });
}
test.run();
