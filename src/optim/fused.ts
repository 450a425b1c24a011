import specialWgsl from '../../shaders/lib/special.wgsl';
import scaffold from '../../shaders/optim/update.wgsl';
import type { CpuDevice } from '../backends/cpu/device.ts';
import { dependOn, eachStep, outsideCapture, writeEachStep } from '../core/capture.ts';
import { checkValue } from '../core/checks.ts';
import { commonDevice, type Device } from '../core/device.ts';
import { enterStep } from '../core/random/state.ts';
import { innerScope } from '../core/tensor/lifetime.ts';
import type { Parameter } from '../core/tensor/parameter.ts';
import type { DType } from '../core/tensor/storage.ts';
import { keep, setStorage, Tensor } from '../core/tensor/tensor.ts';
import { fullOn } from '../ops/create/fill.ts';
import { mul } from '../ops/elementwise/binary.ts';
import { elementwise } from '../ops/lib/elements.ts';
import { defineKernel, type Run } from '../ops/op.ts';
import { accumulate } from './accumulate.ts';
import { Arena, BLOCK, LANES, type Layout, layoutOf, layoutsOf } from './arena.ts';
import { checkParameters, checkStep } from './check.ts';
import { NormClip } from './clip.ts';
import { type Grouping, groupParameters, type ParameterSet } from './groups.ts';
import type { ApplyOptions, Optimizer, Rule, Step } from './optimizer.ts';
import type { Settings } from './options.ts';
import { RATE, type Schedule } from './schedules.ts';

/** Parameters that share an arena (as many as fit in a buffer of the device), and their other arenas. */
interface Bucket {
  readonly layout: Layout;
  readonly weight: Arena;
  readonly gradient: Arena;
  readonly average: Arena;
  readonly accumulated: Arena;
  readonly moments: Readonly<Record<string, Arena>>;
  /** The group of each block in the arenas, if there are several groups. */
  readonly groups: Tensor | undefined;
}

interface Freeable {
  dispose(): void;
}

/** The optimizer's state per parameter, by role. */
function slotsOf({ buckets }: Built, rule: Rule): Record<string, readonly Tensor[]> {
  const roles = [...Object.keys(rule.moments), 'average', 'accumulated'];
  const arenas = buckets.map(
    ({ moments, average, accumulated }) => new Map(Object.entries({ ...moments, average, accumulated })),
  );
  const slots = roles.map((role) => [role, arenas.flatMap((byRole) => byRole.get(role)?.parts ?? [])] as const);
  return Object.fromEntries(slots.filter(([, parts]) => parts.length > 0));
}

/** The state made by the first step. */
interface Built extends Grouping, ParameterSet {
  readonly device: Device;
  /** In the order of the parameters; several if a buffer cannot hold all of them. */
  readonly buckets: readonly Bucket[];
  readonly hyper: Tensor;
  readonly normClip: NormClip | undefined;
  readonly resources: readonly Freeable[];
}

/**
 * Keeps parameters, gradients and each moment in separate arenas, so that a step is one dispatch for any number of
 * parameters. If they exceed a buffer they are split over several arenas, with one dispatch each. The order is Keras's:
 * unscale, accumulate, clip, decay, step, average.
 */
export class FusedOptimizer implements Optimizer {
  calls = 0;
  readonly #rule: Rule;
  readonly #settings: Settings;
  /** Updates the weights from the gradients in the arenas. */
  readonly #runUpdate: (device: Device, built: Built, regularize: boolean) => void;
  #learningRate: number | Schedule;
  #built: Built | undefined;

  constructor(rule: Rule, settings: Settings) {
    this.#rule = rule;
    this.#settings = settings;
    this.#runUpdate = defineKernel({
      name: rule.name,
      shader: elementwise(scaffold, specialWgsl, rule.shader),
      run: (run, built: Built, regularize: boolean) => this.#update(run, built, regularize),
      reference: (cpu, built, regularize) => this.#updateInFloat64(cpu, built, regularize),
    });
    this.#learningRate = settings.learningRate;
  }

  get name(): string {
    return this.#rule.name;
  }

  get iterations(): number {
    return Math.floor(this.calls / this.#settings.gradientAccumulationSteps);
  }

  get learningRate(): number | Schedule {
    return this.#learningRate;
  }

  set learningRate(learningRate: number | Schedule) {
    checkValue(this.name, 'learningRate', learningRate, RATE);
    this.#learningRate = learningRate;
  }

  get currentLearningRate(): number {
    return this.#rateAt(this.iterations);
  }

  #rateAt(step: number): number {
    const rate = typeof this.#learningRate === 'number' ? this.#learningRate : this.#learningRate(step);
    checkValue(`${this.name} at step ${step}`, 'learningRate', rate, RATE);
    return rate / (1 + this.#settings.decay * step);
  }

  get slots(): Readonly<Record<string, readonly Tensor[]>> {
    return this.#built === undefined ? {} : slotsOf(this.#built, this.#rule);
  }

  get parameters(): readonly Parameter[] {
    return this.#built?.parameters ?? [];
  }

  get joined(): readonly number[] {
    return this.#built?.joined ?? [];
  }

  set joined(joined: readonly number[]) {
    const built = this.#built;
    if (built === undefined || built.joined.every((step, i) => step === joined[i])) return;
    this.#built = this.#rebuild(built, { ...built, joined });
  }

  build(parameters: readonly Parameter[], names = parameters.map(({ name }) => name)): void {
    const built = this.#require(parameters, names);
    const places = built.buckets.flatMap(({ weight }) => weight.parts);
    const isSame = (p: Parameter, i: number): boolean => p === parameters[i] && p.storage === places[i].storage;
    if (built.parameters.length === parameters.length && built.parameters.every(isSame)) return;
    checkParameters(this.name, parameters);
    const joined = parameters.map((p) => built.joined[built.parameters.indexOf(p)] ?? this.iterations);
    this.#built = this.#rebuild(built, { parameters, names, joined });
  }

  apply(
    gradients: readonly Tensor[],
    parameters: readonly Parameter[],
    { regularize = false }: ApplyOptions = {},
  ): void {
    const built = this.#require(parameters);
    const { device, buckets } = built;
    checkStep(
      this.name,
      gradients,
      parameters,
      buckets.flatMap(({ weight }) => weight.parts),
    );
    for (const { layout, gradient } of buckets) {
      gradient.fill(gradients.slice(layout.first, layout.first + layout.tensors.length));
    }
    const { gradientAccumulationSteps } = this.#settings;
    const isComplete = (): boolean => (this.calls + 1) % gradientAccumulationSteps === 0;
    dependOn(device, isComplete);
    if (gradientAccumulationSteps > 1) {
      const entry = isComplete() ? 'take' : 'add';
      for (const { accumulated, gradient } of buckets) accumulate(device, entry, accumulated.whole, gradient.whole);
    }
    if (isComplete()) this.#runUpdate(device, built, regularize);
    eachStep(device, () => {
      this.calls++;
    });
    enterStep(device.random, device);
  }

  get waiting(): number {
    return this.calls % this.#settings.gradientAccumulationSteps;
  }

  flush({ regularize = false }: ApplyOptions = {}): void {
    const { waiting } = this;
    if (this.#built === undefined || waiting === 0) return;
    const { gradientAccumulationSteps } = this.#settings;
    const { device, buckets } = this.#built;
    for (const { layout, accumulated, gradient } of buckets) {
      innerScope(() => {
        // Scales the partial sum to a full one, so that dividing and clipping give the mean of the waiting gradients.
        const sum = mul(accumulated.whole, gradientAccumulationSteps / waiting);
        device.copy(sum.storage, gradient.whole.storage, layout.total);
      });
    }
    this.#runUpdate(device, this.#built, regularize);
    this.discard();
    this.calls += gradientAccumulationSteps;
  }

  discard(): void {
    const { waiting } = this;
    if (this.#built === undefined || waiting === 0) return;
    const { device, buckets } = this.#built;
    for (const { layout, accumulated } of buckets) {
      innerScope(() => {
        device.copy(fullOn(device, [layout.total], 0, 'f32').storage, accumulated.whole.storage, layout.total);
      });
    }
    this.calls -= waiting;
  }

  scaleLoss(loss: Tensor): Tensor {
    const { lossScaleFactor } = this.#settings;
    return lossScaleFactor === 1 ? loss : mul(loss, lossScaleFactor);
  }

  finalize(): void {
    if (this.#built === undefined || !this.#settings.useEma || this.iterations === 0) return;
    const { device, buckets } = this.#built;
    for (const { weight, average, layout } of buckets) {
      device.copy(average.whole.storage, weight.whole.storage, layout.total);
    }
  }

  config(): Record<string, unknown> {
    const { learningRate: rate } = this.#settings;
    const learningRate = typeof rate === 'number' ? rate : (rate.config ?? { name: rate.name });
    return { name: this.name, ...this.#settings, learningRate };
  }

  dispose(): void {
    for (const item of this.#built?.resources ?? []) item.dispose();
    this.#built = undefined;
    this.calls = 0;
  }

  #require(parameters: readonly Parameter[], names = parameters.map(({ name }) => name)): Built {
    if (this.#built === undefined) {
      checkParameters(this.name, parameters);
      const device = commonDevice(this.name, parameters);
      const joined = parameters.map(() => 0);
      this.#built = outsideCapture(device, () => this.#gather(device, { parameters, names, joined }));
    }
    return this.#built;
  }

  /** Gathers other parameters; the slots of those that remain are copied. */
  #rebuild(before: Built, next: ParameterSet): Built {
    const { device, parameters, resources } = before;
    return outsideCapture(device, () => {
      const after = this.#gather(device, next);
      const [old, made] = [slotsOf(before, this.#rule), slotsOf(after, this.#rule)];
      for (const [role, slots] of Object.entries(made)) {
        slots.forEach((slot, i) => {
          const from = old[role][parameters.indexOf(next.parameters[i])];
          if (from !== undefined) device.copy(from.storage, slot.storage, slot.size);
        });
      }
      for (const p of parameters) {
        if (next.parameters.includes(p) || p.isDisposed) continue;
        const separate = device.allocate(p.size, p.dtype);
        device.copy(p.storage, separate, p.size);
        setStorage(p, separate);
      }
      for (const item of resources) item.dispose();
      return after;
    });
  }

  /** Allocates everything before the first parameter moves, so that running out of memory changes nothing. */
  #gather(device: Device, { parameters, names, joined }: ParameterSet): Built {
    const resources: Freeable[] = [];
    const register = <T extends Freeable>(item: T): T => {
      resources.push(item);
      return item;
    };
    const upload = (numbers: Float64Array | Int32Array, dtype: DType): Tensor =>
      register(keep(new Tensor(device, device.upload(numbers, dtype), [numbers.length], dtype)));
    const { parameterGroups, useEma, gradientAccumulationSteps } = this.#settings;
    const { moments, start = {} } = this.#rule;
    const { groupSettings, groupOf } = groupParameters(this.name, parameterGroups, { parameters, names, joined });
    const numbers = this.#numbers(groupSettings);
    try {
      const layouts = layoutsOf(device, parameters);
      const buckets = layouts.map((layout): Bucket => {
        const empty = layoutOf([]); // unused roles still need a binding
        const arenaIf = (used: boolean): Arena => register(new Arena(device, used ? layout : empty));
        const { first, lengths } = layout;
        const rows = lengths.flatMap((length, i) => new Array<number>(length / BLOCK).fill(groupOf[first + i]));
        return {
          layout,
          weight: arenaIf(true),
          gradient: arenaIf(true),
          average: arenaIf(useEma),
          accumulated: arenaIf(gradientAccumulationSteps > 1),
          moments: Object.fromEntries(Object.entries(moments).map(([name, used]) => [name, arenaIf(used)])),
          groups: groupSettings.length > 1 ? upload(Int32Array.from(rows), 'i32') : undefined,
        };
      });
      const hyper = upload(numbers, 'f32');
      const normClip = this.#normClip(device, layouts);
      if (normClip !== undefined) register(normClip);
      for (const { layout, weight, average, moments } of buckets) {
        for (const [name, value] of Object.entries(start)) {
          innerScope(() => moments[name].fill(layout.tensors.map(({ shape }) => fullOn(device, shape, value, 'f32'))));
        }
        weight.fill(layout.tensors);
        if (useEma) average.fill(layout.tensors);
      }
      const places = buckets.flatMap(({ weight }) => weight.parts);
      parameters.forEach((parameter, i) => {
        setStorage(parameter, places[i].storage.retain());
      });
      return { device, parameters, names, joined, buckets, hyper, groupSettings, groupOf, normClip, resources };
    } catch (error) {
      for (const item of resources) item.dispose();
      throw error;
    }
  }

  #update(run: Run, { device, buckets, hyper, groupSettings, normClip }: Built, regularize: boolean): void {
    const { clipValue, useEma } = this.#settings;
    writeEachStep(device, hyper.storage, () => this.#numbers(groupSettings, regularize), 'f32');
    const constants = { GROUPS: groupSettings.length, BLOCK: BLOCK / LANES, ...this.#rule.constants };
    const sized = ({ layout }: Bucket) => ({
      params: { size: layout.total / LANES },
      grid: { invocations: layout.total / LANES },
    });
    const isPenalized = normClip !== undefined && regularize && groupSettings.some(({ l1, l2 }) => l1 + l2 > 0);
    if (isPenalized) {
      for (const bucket of buckets) {
        const { groups = hyper, weight, gradient } = bucket;
        run.into('penalize', [hyper, groups, weight.whole], [gradient.whole], { ...sized(bucket), constants });
      }
    }
    normClip?.apply(buckets.map(({ gradient }) => gradient.whole));
    for (const bucket of buckets) {
      const { groups = hyper, weight, gradient, average, moments } = bucket;
      const writes = [weight, average, ...Object.values(moments)].map(({ whole }) => whole);
      run.into('update', [hyper, groups, gradient.whole], writes, {
        ...sized(bucket),
        constants: {
          ...constants,
          PENALIZED: String(isPenalized),
          CLIP_VALUE: String(clipValue !== undefined),
          EMA: String(useEma),
        },
      });
    }
  }

  /** The update in float64, one parameter after another. */
  #updateInFloat64(device: CpuDevice, { buckets, groupSettings, groupOf, normClip }: Built, regularize: boolean): void {
    const updates = buckets.flatMap(({ layout, gradient, weight, average, moments }) => {
      const arenas = Object.entries({ w: weight, g: gradient, average, ...moments });
      return layout.starts.map((start, i) => {
        const place = [start, start + layout.lengths[i]] as const;
        const arrays = arenas.map(([name, { whole }]) => [name, device.view(whole).data.subarray(...place)]);
        return {
          arrays: Object.fromEntries(arrays),
          ...this.#group(groupSettings, groupOf[layout.first + i], regularize),
        };
      });
    });
    const { penalize, prepareGradients, updateAverage } = device.references;
    for (const { arrays, common } of updates) penalize(arrays, common);
    normClip?.apply(buckets.map(({ gradient }) => gradient.whole));
    for (const { arrays, common, step } of updates) {
      prepareGradients(arrays, common);
      this.#rule.reference(device.references, arrays, step);
      if (this.#settings.useEma) updateAverage(arrays, common);
    }
  }

  /** `struct Hyper` of the next step, for each group. */
  #numbers(groupSettings: Built['groupSettings'], regularize = false): Float64Array {
    const numbers = groupSettings.flatMap((_, group) => {
      const { common, step } = this.#group(groupSettings, group, regularize);
      return [...Object.values(common), ...this.#rule.numbers(step)];
    });
    return new Float64Array(numbers);
  }

  /**
   * The next step of a group, and the values common to all rules, in the order of `struct Hyper`.
   */
  #group(groupSettings: Built['groupSettings'], group: number, regularize: boolean) {
    const { lossScaleFactor, gradientAccumulationSteps, clipValue, convention } = this.#settings;
    const { emaMomentum, emaOverwriteFrequency = Number.POSITIVE_INFINITY } = this.#settings;
    const { learningRateFactor, weightDecay = this.#settings.weightDecay, l1, l2, joined } = groupSettings[group];
    const t = this.iterations - joined + 1;
    const rate = this.currentLearningRate * learningRateFactor;
    const rateAfter = (): number => this.#rateAt(this.iterations + 1) * learningRateFactor;
    const decoupled = convention !== 'pytorch' || this.#rule.decoupled === true;
    const common = {
      scale: 1 / (lossScaleFactor * gradientAccumulationSteps),
      l1: regularize ? l1 : 0,
      l2: regularize ? 2 * l2 : 0, // the gradient of l2 w^2 is 2 l2 w
      clipValue: clipValue ?? Number.POSITIVE_INFINITY,
      coupledDecay: decoupled ? 0 : weightDecay,
      decay: decoupled ? weightDecay * rate : 0,
      emaGain: t === 1 ? 1 : 1 - emaMomentum, // the average starts at the first updated value
      overwrite: Number((this.iterations + 1) % emaOverwriteFrequency === 0),
    };
    const step: Step = {
      t,
      rate,
      get nextRate() {
        return rateAfter(); // only if the rule asks: a schedule of the user may end here
      },
    };
    return { common, step };
  }

  /**
   * Clipping sees gradients that are still a sum and still multiplied by `lossScaleFactor`, so the limit is scaled by
   * both.
   */
  #normClip(device: Device, layouts: readonly Layout[]): NormClip | undefined {
    const { clipNorm, globalClipNorm, lossScaleFactor, gradientAccumulationSteps } = this.#settings;
    const limit = clipNorm ?? globalClipNorm;
    if (limit === undefined) return undefined;
    const maxNorm = limit * lossScaleFactor * gradientAccumulationSteps;
    return new NormClip(device, layouts, { together: clipNorm === undefined, maxNorm });
  }
}
