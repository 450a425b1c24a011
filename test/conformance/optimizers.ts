// Keras's optimizers and schedules, and ONNX's training operators.
import { type Parameter, parameter, scope, type Tensor } from '../../src/node.ts';
import * as optim from '../../src/optim/index.ts';
import { Case, camelCase, type Output, outputsOf, type Translation } from './case.ts';

type Options = Readonly<Record<string, unknown>>;

const optimizers: Readonly<Record<string, (options: Options) => optim.Optimizer>> = {
  SGD: optim.sgd,
  RMSprop: optim.rmsprop,
  Adam: optim.adam,
  AdamW: optim.adamW,
  Adagrad: optim.adagrad,
  Adadelta: optim.adadelta,
  Adamax: optim.adamax,
  Nadam: optim.nadam,
};

/** Each schedule checks its options itself: a missing one is an error there. */
const schedules: Readonly<Record<string, unknown>> = {
  ExponentialDecay: optim.exponentialDecay,
  InverseTimeDecay: optim.inverseTimeDecay,
  PiecewiseConstantDecay: optim.piecewiseConstant,
  PolynomialDecay: optim.polynomialDecay,
  CosineDecay: optim.cosineDecay,
  CosineDecayRestarts: optim.cosineDecayRestarts,
};

/** Keras's names that are not ours in camelCase. */
const renamed: Options = { clipnorm: 'clipNorm', global_clipnorm: 'globalClipNorm', clipvalue: 'clipValue' };

const isObject = (value: unknown): value is Options => typeof value === 'object' && value !== null;

/** Keras's config in our names; null is its word for an option left out. */
const optionsOf = (config: unknown): Options =>
  Object.fromEntries(
    Object.entries(config ?? {})
      .filter(([name, value]) => value !== null && name !== 'convention')
      .map(([name, value]) => [
        String(renamed[name] ?? camelCase(name)).replace(/_(\d)/, '$1'), // beta_1
        isObject(value) && 'schedule' in value ? scheduleOf(value) : value,
      ]),
  );

function scheduleOf({ schedule, config, ...inline }: Options): optim.Schedule {
  const make = schedules[String(schedule)];
  if (typeof make !== 'function') throw new Error(`no schedule ${String(schedule)}`);
  return make(optionsOf(config ?? inline));
}

/** The optimizer that `{ optimizer, config }` describes, or null for one that is not offered. */
export function optimizerOf({ optimizer, config }: Options): optim.Optimizer | null {
  return optimizers[String(optimizer)]?.(optionsOf(config)) ?? null;
}

export const runOptimizerCase: Translation = async (given) => {
  const c = new Case(given);
  if (given.op === 'clip_gradients') {
    return scope(() => {
      const [clipped] = optim.clipGradients([c.tensor('grad0')], optionsOf(given.attrs));
      return outputsOf({ clipped0: clipped });
    });
  }
  const optimizer = optimizerOf(given.attrs);
  if (optimizer === null) return null;
  return scope(async () => {
    const parameters = c.names.filter((name) => name.startsWith('param')).map((name) => parameter(c.tensor(name)));
    const outputs: Output[] = [];
    for (let step = 1; step <= c.number('steps'); step++) {
      const gradients = parameters.map((_, i) => c.tensor(`grad${i}@${step}`));
      optimizer.apply(gradients, parameters);
      const { average, accumulated } = optimizer.slots;
      const results: [name: string, t: Tensor][] = [];
      parameters.forEach((w, i) => {
        results.push([`param${i}@${step}`, w]);
        if (average !== undefined) results.push([`ema${i}@${step}`, average[i]]);
        if (accumulated !== undefined) results.push([`accumulated_grad${i}@${step}`, accumulated[i]]);
      });
      outputs.push(...(await outputsOf(Object.fromEntries(results))));
    }
    release(optimizer, parameters);
    return outputs;
  });
};

export const runScheduleCase: Translation = async (given) => {
  const rate = scheduleOf(given.attrs);
  const steps = new Case(given).numbers('steps');
  return [{ name: 'learning_rates', shape: [steps.length], data: Float64Array.from(steps, (step) => rate(step)) }];
};

interface OnnxRule {
  readonly make: (options: Options) => optim.Optimizer;
  readonly options: () => Options;
  readonly slots: readonly string[];
}

/** ONNX's Adam, Adagrad and Momentum at update count 0, where Adam corrects no bias and Momentum ignores its `beta`. */
export const runOnnxTrainingCase: Translation = async (given) => {
  const c = new Case(given);
  const rules: Readonly<Record<string, OnnxRule>> = {
    Adam: {
      make: optim.adam,
      options: () => ({
        beta1: c.number('alpha'),
        beta2: c.number('beta'),
        epsilon: c.number('epsilon'),
        biasCorrection: false,
      }),
      slots: ['mean', 'meanSquare'],
    },
    Adagrad: { make: optim.adagrad, options: () => ({ epsilon: c.number('epsilon') }), slots: ['accumulator'] },
    Momentum: {
      make: optim.sgd,
      options: () => ({ momentum: c.number('alpha'), nesterov: c.text('mode') === 'nesterov' }),
      slots: ['velocity'],
    },
  };
  const rule = rules[given.op];
  if (rule === undefined || c.numbers('T')[0] !== 0 || c.number('norm_coefficient_post', 0) !== 0) return null;
  return scope(async () => {
    const { make, options, slots } = rule;
    const optimizer = make({
      ...options(),
      learningRate: c.numbers('R')[0],
      weightDecay: c.number('norm_coefficient'),
      convention: 'pytorch',
    });
    // inputs_*: the weights, their gradients, then each slot; outputs_*: the weights, then each slot
    const inputs = c.names.filter((name) => name.startsWith('inputs_'));
    const count = inputs.length / (2 + slots.length);
    const group = (k: number): string[] => inputs.slice(k * count, (k + 1) * count);
    const parameters = group(0).map((name) => parameter(c.tensor(name)));
    optimizer.build(parameters);
    slots.forEach((slot, s) => {
      group(2 + s).forEach((name, i) => {
        optimizer.slots[slot][i].assign(c.numbers(name));
      });
    });
    const gradients = group(1).map((name) => c.tensor(name));
    optimizer.apply(gradients, parameters);
    const results = [...parameters, ...slots.flatMap((slot) => optimizer.slots[slot])];
    const outputs = await outputsOf(Object.fromEntries(results.map((t, i) => [`outputs_${i}`, t])));
    release(optimizer, parameters);
    return outputs;
  });
};

function release(optimizer: optim.Optimizer, parameters: readonly Parameter[]): void {
  optimizer.dispose();
  for (const w of parameters) w.dispose();
}
