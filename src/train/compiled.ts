import { isRecord } from '../data/json.ts';
import { ValueError, within } from '../errors.ts';
import { losses } from '../nn/losses.ts';
import { getMetric, metrics } from '../nn/metrics.ts';
import { optimizers } from '../optim/get.ts';
import { schedules } from '../optim/schedules.ts';
import { lookUp, show } from '../options.ts';
import type { CompileOptions } from './model.ts';
import type { Trained } from './step.ts';

/** What a function of that name made, and with which options. */
type Named = Readonly<Record<string, unknown>> & { readonly name: string };

/** What `compile` chose, as JSON can hold it. */
export interface CompiledDescription {
  readonly optimizer: Named;
  readonly loss: Named;
  readonly metrics: readonly Named[];
}

type Maker = (options: never) => unknown;
type Makers = Readonly<Record<string, Maker>>;

const METRICS: Makers = { ...metrics, ...losses };

/** What to write of that; nothing where a part is of one's own making, so that it can't be made again from its name. */
export function describeCompiled({ optimizer, loss, metrics }: Trained): CompiledDescription | undefined {
  const judges = metrics.map(describe);
  const description = {
    optimizer: { ...optimizer.config(), name: optimizer.name },
    loss: describe(loss),
    metrics: judges,
  };
  const written: CompiledDescription = JSON.parse(JSON.stringify(description));
  try {
    compileOptionsOf(written);
    return written;
  } catch (error) {
    if (error instanceof ValueError) return undefined;
    throw error;
  }
}

/** What is made with options says so; a function of one's own does not, whatever its name. */
const describe = ({ name, config }: { readonly name: string; readonly config?: object }) =>
  config && { ...config, name };

/** What to compile a model with again. @throws ValueError for what `describeCompiled` did not write. */
export function compileOptionsOf(description: unknown): CompileOptions {
  const { optimizer, loss, metrics = [] } = isRecord(description) ? description : {};
  const list: readonly unknown[] = Array.isArray(metrics) ? metrics : [metrics];
  return within('compiled of model.json', () => ({
    optimizer: make('optimizer', optimizers, withSchedule(optimizer)),
    loss: make('loss', losses, loss),
    metrics: list.map(makeMetric),
  })) as CompileOptions; // as the makers of these tables return
}

function make(op: string, makers: Makers, described: unknown): unknown {
  if (!isRecord(described) || typeof described.name !== 'string') {
    const fix = 'The file is damaged, or no file of dawngrad.';
    throw new ValueError({ op, got: show(described), expected: 'a name and options', fix });
  }
  const { name, ...options } = described;
  const maker = lookUp<Maker>(op, makers, name) as (options: object) => unknown; // it checks the options that it is given
  return maker(options);
}

/** A metric that has a short name is the one that the name alone stands for. */
const makeMetric = (described: unknown): unknown =>
  isRecord(described) && typeof described.name === 'string' && !Object.hasOwn(METRICS, described.name)
    ? getMetric(described.name)
    : make('metric', METRICS, described);

/** Options with a schedule in place of its description; a warm-up has another schedule among its own. */
const withSchedule = (described: unknown): unknown =>
  isRecord(described) && isRecord(described.learningRate)
    ? { ...described, learningRate: make('learningRate', schedules, withSchedule(described.learningRate)) }
    : described;
