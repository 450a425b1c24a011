import { within } from '../../core/errors.ts';
import { isRecord } from '../../io/json.ts';
import { losses, metricName, metrics } from '../../nn/losses/get.ts';
import { optimizers } from '../../optim/get.ts';
import { schedules } from '../../optim/schedules.ts';
import type { CompileOptions } from '../trainable.ts';
import type { CompiledDescription, NamedConfig } from './description.ts';

type Makers = Readonly<Record<string, (options: never) => unknown>>;

const METRICS: Makers = { ...metrics, ...losses };

/**
 * What to compile a model with again; nothing where a name is none of the library's, as that of a loss of one's own.
 * @throws ValueError for options that the functions of these names do not take.
 */
export function compileOptionsOf({ optimizer, loss, metrics }: CompiledDescription): CompileOptions | undefined {
  const isKnown =
    Object.hasOwn(optimizers, optimizer.name) &&
    Object.hasOwn(losses, loss.name) &&
    metrics.every(({ name }) => Object.hasOwn(METRICS, metricName(name))) &&
    hasKnownRate(optimizer);
  if (!isKnown) return undefined;
  return within('compiled of model.json', () => ({
    optimizer: make(optimizers, withSchedule(optimizer)),
    loss: make(losses, loss),
    metrics: metrics.map((metric) => (metricName(metric.name) === metric.name ? make(METRICS, metric) : metric.name)),
  })) as CompileOptions; // as the makers of these tables return
}

/** Calls the function of a name, which checks its options. */
const make = (makers: Makers, { name, ...options }: NamedConfig): unknown => makers[name](options as never);

const isSchedule = (rate: unknown): rate is NamedConfig => isRecord(rate) && typeof rate.name === 'string';

/** Whether a rate is a number or a schedule of the library's; a warm-up has another rate among its options. */
const hasKnownRate = ({ learningRate }: NamedConfig): boolean =>
  !isSchedule(learningRate) || (Object.hasOwn(schedules, learningRate.name) && hasKnownRate(learningRate));

/** Options with a schedule in place of its description. */
const withSchedule = (options: NamedConfig): NamedConfig =>
  isSchedule(options.learningRate)
    ? { ...options, learningRate: make(schedules, withSchedule(options.learningRate)) }
    : options;
