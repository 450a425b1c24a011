import { writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { decimal } from '../../core/format.ts';
import { loadMnist } from '../../data/files/mnist.ts';
import { findLearningRate, type LearningRates } from '../../train/learningRateFinder.ts';
import { deviceName, table } from '../format.ts';
import {
  addNetworkOptions,
  buildNetwork,
  buildOptimizer,
  classesIn,
  type NetworkOptions,
  type OptimizerOptions,
} from '../network.ts';
import { openToTrain } from '../open.ts';
import { type Backend, count, positive } from '../options.ts';

interface LrFindOptions extends NetworkOptions, Omit<OptimizerOptions, 'schedule'> {
  readonly data: string;
  readonly batchSize: number;
  readonly seed: number;
  readonly backend: Backend;
  readonly min: number;
  readonly max: number;
  readonly steps: number;
  readonly out?: string;
}

const ROWS = 20;
const BAR = 40;

export const lrFindCommand = addNetworkOptions(
  new Command('lr-find').description('suggests a range of learning rates for a network'),
)
  .option('--min <rate>', 'the first learning rate', positive, 1e-6)
  .option('--max <rate>', 'the last learning rate', positive, 10)
  .option('--steps <n>', 'number of batches, each with a higher rate', count, 100)
  .option('--out <file>', 'SVG file for a chart of the losses')
  .action(lrFind);

async function lrFind(options: LrFindOptions): Promise<void> {
  const { backend, seed, batchSize, min, max, steps, out } = options;
  const data = await loadMnist(options.data === 'mnist' ? undefined : options.data);
  const { images, labels } = data.train;
  const optimizer = buildOptimizer({ ...options, schedule: 'constant' }, steps);
  const device = await openToTrain({ backend, seed });
  try {
    const model = buildNetwork(options, data.train, { training: images.shape[0], classes: classesIn(data) });
    model.compile({ optimizer, loss: 'sparseCategoricalCrossentropy' });
    const range = { minLearningRate: min, maxLearningRate: max, steps };
    const found = await findLearningRate(model, images, labels, { ...range, batchSize });
    console.log(`${deviceName(device.info)}\n\n${describe(found)}`);
    if (out === undefined) return;
    const { drawLearningRates } = await import('../charts/lrChart.ts'); // with a charting library
    await writeFile(out, drawLearningRates(found));
    console.log(`Chart ${out}`);
  } finally {
    device.dispose();
  }
}

const rateOf = (rate: number): string => rate.toExponential(2);

/** Some of the losses, each with a bar, and the suggested range. */
function describe({ learningRates, losses, suggestion }: LearningRates): string {
  const most = losses.reduce((a, b) => Math.max(a, b));
  const every = Math.ceil(losses.length / ROWS);
  const rows = losses
    .map((loss, i) => [rateOf(learningRates[i]), decimal(loss), '█'.repeat(Math.round((BAR * loss) / most))])
    .filter((_, i) => i % every === 0);
  const range =
    suggestion === undefined
      ? 'No range found: the loss did not clearly fall. Try other rates (--min, --max), more --steps, or a larger --batch-size.'
      : `Suggested learning rates: ${rateOf(suggestion.low)} to ${rateOf(suggestion.high)}`;
  return `${table([['rate', 'loss', ''], ...rows])}\n\n${range}`;
}
