import { withErrorContext } from '../../core/errors.ts';
import { isRecord } from '../../io/json.ts';
import { losses, metricName, metrics } from '../../nn/losses/get.ts';
import { optimizers } from '../../optim/get.ts';
import { schedules } from '../../optim/schedules.ts';
import type { CompileOptions } from '../trainable.ts';
import type { CompiledDescription, NamedConfig } from './description.ts';

type Makers = Readonly<Record<string, (options: never) => unknown>>;

const METRICS: Makers = { ...metrics, ...losses };

/**
 * The options to compile a loaded model with; undefined if one of the names is not built in.
 * @throws ValueError if an option is invalid.
 */
export function compileOptionsOf({ optimizer, loss, metrics }: CompiledDescription): CompileOptions | undefined {
  const isKnown =
    Object.hasOwn(optimizers, optimizer.name) &&
    Object.hasOwn(losses, loss.name) &&
    metrics.every(({ name }) => Object.hasOwn(METRICS, metricName(name))) &&
    hasKnownRate(optimizer);
  if (!isKnown) return undefined;
  return withErrorContext('compiled of model.json', () => ({
    optimizer: make(optimizers, withSchedule(optimizer)),
    loss: make(losses, loss),
    metrics: metrics.map((metric) => (metricName(metric.name) === metric.name ? make(METRICS, metric) : metric.name)),
  })) as CompileOptions; // the makers of these tables return nothing else
}

/** Calls the function of a name; it checks its options. */
const make = (makers: Makers, { name, ...options }: NamedConfig): unknown => makers[name](options as never);

const isSchedule = (rate: unknown): rate is NamedConfig => isRecord(rate) && typeof rate.name === 'string';

/** Whether a rate is a number or a built-in schedule; a warm-up has another rate among its options. */
const hasKnownRate = ({ learningRate }: NamedConfig): boolean =>
  !isSchedule(learningRate) || (Object.hasOwn(schedules, learningRate.name) && hasKnownRate(learningRate));

/** Options with a schedule in place of its description. */
const withSchedule = (options: NamedConfig): NamedConfig =>
  isSchedule(options.learningRate)
    ? { ...options, learningRate: make(schedules, withSchedule(options.learningRate)) }
    : options;
