import scaffold from '../../shaders/optim.wgsl';
import { CpuDevice } from '../cpu.ts';
import { commonDevice, type Device } from '../device.ts';
import type { Kernel } from '../kernel.ts';
import { runner } from '../op.ts';
import { mul } from '../ops/binary.ts';
import { fullOn } from '../ops/fill.ts';
import { checkValue } from '../options.ts';
import { follow, penalize, prepare } from '../reference/optim.ts';
import { innerScope, keep, type Parameter, Tensor } from '../tensor.ts';
import { accumulate } from './accumulate.ts';
import { Arena, BLOCK, LANES, type Layout, layoutOf } from './arena.ts';
import { checkParameters, checkStep } from './check.ts';
import { NormClip } from './clip.ts';
import { type Grouping, groupParameters } from './groups.ts';
import type { ApplyOptions, Optimizer, Rule } from './optimizer.ts';
import type { Settings } from './options.ts';
import { RATE, type Schedule } from './schedules.ts';

/** What the first step makes. */
interface Built {
  readonly device: Device;
  readonly layout: Layout;
  readonly weight: Arena;
  readonly gradient: Arena;
  readonly average: Arena;
  readonly accumulated: Arena;
  readonly moments: Readonly<Record<string, Arena>>;
  readonly hyper: Tensor;
  readonly grouping: Grouping;
  /** The group of each block in the arenas, if there are several. */
  readonly groups: Tensor | undefined;
  readonly normClip: NormClip | undefined;
}

/**
 * Keeps parameters, gradients and each moment in an arena of their own, so that a step is one dispatch whatever the
 * number of parameters. Order as in Keras: unscale, accumulate, clip, decay, step, average.
 */
export class FusedOptimizer implements Optimizer {
  calls = 0;
  readonly #rule: Rule;
  readonly #settings: Settings;
  readonly #kernel: Kernel;
  #learningRate: number | Schedule;
  #built: Built | undefined;

  constructor(rule: Rule, settings: Settings) {
    this.#rule = rule;
    this.#settings = settings;
    this.#kernel = { name: rule.name, sources: [scaffold, rule.shader] };
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
    if (typeof this.#learningRate === 'number') return this.#learningRate;
    const learningRate = this.#learningRate(this.iterations);
    checkValue(`${this.name} at step ${this.iterations}`, 'learningRate', learningRate, RATE);
    return learningRate;
  }

  get slots(): Readonly<Record<string, readonly Tensor[]>> {
    if (this.#built === undefined) return {};
    const { moments, average, accumulated } = this.#built;
    const used = Object.entries({ ...moments, average, accumulated }).filter(([, { parts }]) => parts.length > 0);
    return Object.fromEntries(used.map(([role, { parts }]) => [role, parts]));
  }

  build(parameters: readonly Parameter[]): void {
    this.#require(parameters);
  }

  apply(
    gradients: readonly Tensor[],
    parameters: readonly Parameter[],
    { regularize = false }: ApplyOptions = {},
  ): void {
    const built = this.#require(parameters);
    const { device, weight, gradient, accumulated } = built;
    checkStep(this.name, gradients, parameters, weight);
    gradient.fill(gradients);
    const { gradientAccumulationSteps } = this.#settings;
    const isComplete = (): boolean => (this.calls + 1) % gradientAccumulationSteps === 0;
    device.dependOn(isComplete);
    if (gradientAccumulationSteps > 1) accumulate(isComplete() ? 'take' : 'add', accumulated.whole, gradient.whole);
    if (isComplete()) this.#change(built, regularize);
    device.eachStep(() => {
      this.calls++;
    });
    device.random.enterStep(device);
  }

  scaleLoss(loss: Tensor): Tensor {
    const { lossScaleFactor } = this.#settings;
    return lossScaleFactor === 1 ? loss : mul(loss, lossScaleFactor);
  }

  finalize(): void {
    if (this.#built === undefined || !this.#settings.useEma) return;
    const { device, weight, average, layout } = this.#built;
    device.copy(average.whole.storage, weight.whole.storage, layout.total);
  }

  config(): Record<string, unknown> {
    const { learningRate: rate } = this.#settings;
    const learningRate = typeof rate === 'number' ? rate : (rate.config ?? { name: rate.name });
    return { name: this.name, ...this.#settings, learningRate };
  }

  dispose(): void {
    if (this.#built === undefined) return;
    const { weight, gradient, average, accumulated, moments, hyper, groups, normClip } = this.#built;
    groups?.dispose();
    for (const each of [weight, gradient, average, accumulated, ...Object.values(moments), hyper]) each.dispose();
    normClip?.dispose();
  }

  #require(parameters: readonly Parameter[]): Built {
    if (this.#built === undefined) {
      checkParameters(this.name, parameters);
      const device = commonDevice(this.name, parameters);
      this.#built = device.outsideRecording(() => this.#gather(device, parameters));
    }
    return this.#built;
  }

  #gather(device: Device, parameters: readonly Parameter[]): Built {
    const { useEma, gradientAccumulationSteps, parameterGroups } = this.#settings;
    const grouping = groupParameters(this.name, parameterGroups, parameters);
    const numbers = this.#numbers(grouping);
    const layout = layoutOf(parameters);
    const empty = layoutOf([]); // what the options leave out still has a binding
    const arenaIf = (used: boolean): Arena => new Arena(device, used ? layout : empty);
    const weight = arenaIf(true);
    weight.fill(parameters);
    parameters.forEach((parameter, i) => {
      parameter.moveTo(weight.parts[i].storage.retain());
    });
    return {
      device,
      layout,
      weight,
      gradient: arenaIf(true),
      average: arenaIf(useEma),
      accumulated: arenaIf(gradientAccumulationSteps > 1),
      moments: this.#moments(device, arenaIf),
      grouping,
      groups: grouping.traits.length > 1 ? this.#groups(device, layout, grouping) : undefined,
      hyper: keep(new Tensor(device, device.upload(numbers, 'f32'), [numbers.length], 'f32')),
      normClip: this.#normClip(device, layout),
    };
  }

  #moments(device: Device, arenaIf: (used: boolean) => Arena): Built['moments'] {
    const { moments, start = {} } = this.#rule;
    return Object.fromEntries(
      Object.entries(moments).map(([name, used]) => {
        const arena = arenaIf(used);
        if (start[name] !== undefined) {
          innerScope(() => arena.fill(arena.parts.map(({ shape }) => fullOn(device, shape, start[name], 'f32'))));
        }
        return [name, arena];
      }),
    );
  }

  #groups(device: Device, { lengths }: Layout, { groupOf }: Grouping): Tensor {
    const rows = lengths.flatMap((length, i) => new Array<number>(length / BLOCK).fill(groupOf[i]));
    return keep(new Tensor(device, device.upload(Int32Array.from(rows), 'i32'), [rows.length], 'i32'));
  }

  /** Changes the weights, by what lies in the arena of gradients. */
  #change(built: Built, regularize: boolean): void {
    const { device, layout, gradient, weight, average, moments, hyper, groups = hyper, grouping, normClip } = built;
    if (device instanceof CpuDevice) {
      this.#changeOn(device, built, regularize);
      return;
    }
    const { clipValue, useEma } = this.#settings;
    device.writeEachStep(hyper.storage, () => this.#numbers(grouping, regularize), 'f32');
    const run = runner(this.#kernel, device);
    const size = layout.total / LANES;
    const common = { params: { size }, grid: { invocations: size } };
    const constants = { GROUPS: grouping.traits.length, BLOCK: BLOCK / LANES, ...this.#rule.constants };
    const isPenalized = normClip !== undefined && regularize && grouping.traits.some(({ l1, l2 }) => l1 + l2 > 0);
    if (isPenalized) run.into('penalize', [hyper, groups, weight.whole], [gradient.whole], { ...common, constants });
    normClip?.apply(gradient.whole);
    const writes = [weight, average, ...Object.values(moments)].map(({ whole }) => whole);
    run.into('update', [hyper, groups, gradient.whole], writes, {
      ...common,
      constants: {
        ...constants,
        PENALIZED: String(isPenalized),
        CLIP_VALUE: String(clipValue !== undefined),
        EMA: String(useEma),
      },
    });
  }

  /** The same in float64, one parameter after the other. */
  #changeOn(device: CpuDevice, built: Built, regularize: boolean): void {
    const { layout, gradient, weight, average, moments, grouping, normClip } = built;
    const arenas = Object.entries({ w: weight, g: gradient, average, ...moments });
    const each = layout.starts.map((start, i) => {
      const place = [start, start + layout.lengths[i]] as const;
      const arrays = arenas.map(([name, { whole }]) => [name, device.view(whole).data.subarray(...place)]);
      return { arrays: Object.fromEntries(arrays), ...this.#group(grouping, grouping.groupOf[i], regularize) };
    });
    for (const { arrays, common } of each) penalize(arrays, common);
    normClip?.apply(gradient.whole);
    for (const { arrays, common, rate } of each) {
      prepare(arrays, common);
      this.#rule.reference(arrays, rate, this.iterations + 1);
      if (this.#settings.useEma) follow(arrays, common);
    }
  }

  /** `struct Hyper` of the coming step, for each group. */
  #numbers(grouping: Grouping, regularize = false): Float64Array {
    const numbers = grouping.traits.flatMap((_, group) => {
      const { common, rate } = this.#group(grouping, group, regularize);
      return [...Object.values(common), ...this.#rule.numbers(rate, this.iterations + 1)];
    });
    return Float64Array.from(numbers);
  }

  /** The rate of a group in the coming step, and what all rules have in common, in the order of `struct Hyper`. */
  #group({ traits }: Grouping, group: number, regularize: boolean) {
    const { lossScaleFactor, gradientAccumulationSteps, clipValue, convention } = this.#settings;
    const { emaMomentum, emaOverwriteFrequency = Number.POSITIVE_INFINITY } = this.#settings;
    const { learningRateFactor, weightDecay = this.#settings.weightDecay, l1, l2 } = traits[group];
    const rate = this.currentLearningRate * learningRateFactor;
    const decoupled = convention === 'keras' || this.#rule.decoupled === true;
    const common = {
      scale: 1 / (lossScaleFactor * gradientAccumulationSteps),
      l1: regularize ? l1 : 0,
      l2: regularize ? 2 * l2 : 0, // of w^2
      clipValue: clipValue ?? Number.POSITIVE_INFINITY,
      coupledDecay: decoupled ? 0 : weightDecay,
      decay: decoupled ? weightDecay * rate : 0,
      emaGain: this.iterations === 0 ? 1 : 1 - emaMomentum, // the average starts at the first updated value
      overwrite: Number((this.iterations + 1) % emaOverwriteFrequency === 0),
    };
    return { common, rate };
  }

  /** The gradients are clipped while they still carry `lossScaleFactor` and are a sum, so the limit carries both too. */
  #normClip(device: Device, layout: Layout): NormClip | undefined {
    const { clipNorm, globalClipNorm, lossScaleFactor, gradientAccumulationSteps } = this.#settings;
    const limit = clipNorm ?? globalClipNorm;
    if (limit === undefined) return undefined;
    const maxNorm = limit * lossScaleFactor * gradientAccumulationSteps;
    return new NormClip(device, layout, { together: clipNorm === undefined, maxNorm });
  }
}
