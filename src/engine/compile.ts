import { explain } from '../backends/webgpu/capture/explain.ts';
import { CapturedStep } from '../backends/webgpu/capturedStep.ts';
import { GpuDevice } from '../backends/webgpu/device.ts';
import { checkValue, func } from '../core/checks.ts';
import { currentDevice, type Device } from '../core/device.ts';
import { CaptureError, ValueError } from '../core/errors.ts';
import { formatShape } from '../core/shape.ts';
import { isRecording } from '../core/tape.ts';
import { scope } from '../core/tensor/lifetime.ts';
import type { Tensor } from '../core/tensor/tensor.ts';

/** The cost of a captured step, known before it runs. */
export interface StepPlan {
  /** Number of kernels that one step runs. */
  readonly dispatches: number;
  /** Total bytes of the step's buffers. */
  readonly bytes: number;
  /** Bytes of the step's largest buffer. */
  readonly largest: number;
  /** The dispatches, savings, buffers, lifetimes and peak, as text. */
  explain(): string;
}

/** The most captured steps a compiled function keeps, each with its own buffers; the least recently used is freed. */
const MOST_STEPS = 16;

/** A function whose steps are captured. */
export interface Compiled<Inputs extends readonly Tensor[], Result> {
  (...inputs: Inputs): Result;
  /** The plan for inputs of these shapes; nothing runs. @throws CaptureError if the function can't be captured. */
  plan(...inputs: Inputs): StepPlan;
  /**
   * Selects kernels by measurement for inputs of these shapes, if tuning is on, and allocates the step's buffers. The
   * step itself does not run.
   * @throws DeviceError if memory runs out.
   */
  tune(...inputs: Inputs): Promise<void>;
  /** Frees the captured steps; a later call captures again. */
  dispose(): void;
}

/**
 * Captures `f`: the first call for some input shapes records its commands, and every call replays them, without running
 * the JavaScript of its operations or allocating memory. Results have the same bits as those of the uncaptured function.
 *
 * For inputs of the same shapes and dtypes, `f` must always do the same. Tensors from outside are those of the capture;
 * updated parameters, the learning rate and the step number are current. A function that reads a tensor, uploads numbers
 * or is async cannot be captured: it runs uncaptured, with one warning. On the CPU backend, every function runs
 * uncaptured, without a warning. The captured steps of the 16 most recently used combinations of inputs are kept.
 * @param f takes tensors; returns a tensor, or tensors in arrays and plain objects.
 * @param options `device`: where `f` runs if it takes no tensor; default the current device.
 * @throws ValueError if `f` is not a function, and on a call inside an open tape, because gradients do not flow through
 * a captured step.
 */
export function compile<Inputs extends readonly Tensor[], Result>(
  f: (...inputs: Inputs) => Result,
  { device: given }: { readonly device?: Device } = {},
): Compiled<Inputs, Result> {
  checkValue('compile', 'the step', f, func);
  const deviceOf = (inputs: Inputs): Device => inputs[0]?.device ?? given ?? currentDevice();
  /** The most recently used step is last. */
  const captured: { readonly device: Device; readonly key: string; readonly step: CapturedStep<Result> }[] = [];
  let refused = false;

  const find = (device: GpuDevice, inputs: Inputs): CapturedStep<Result> => {
    const key = inputs.map(({ dtype, shape }) => dtype + formatShape(shape)).join(' ');
    const position = captured.findIndex((known) => known.device === device && known.key === key && known.step.holds);
    if (position >= 0) {
      captured.push(...captured.splice(position, 1));
    } else {
      // Placeholders for the inputs of `f`, in order.
      const step = new CapturedStep(
        device,
        (...placeholders) => f(...(placeholders as readonly Tensor[] as Inputs)),
        inputs,
      );
      captured.push({ device, key, step });
      if (captured.length > MOST_STEPS) captured.shift()?.step.dispose();
    }
    return captured[captured.length - 1].step;
  };

  const call = (...inputs: Inputs): Result => {
    const device = deviceOf(inputs);
    if (!(device instanceof GpuDevice) || device.capture || refused) return scope(() => f(...inputs));
    if (isRecording()) {
      throw new ValueError({
        op: 'compile',
        got: 'a call inside an open tape',
        expected: 'a tape inside the compiled function, as gradients do not flow through a captured step',
        fix: 'Compile the whole step, tape and optimizer included.',
      });
    }
    try {
      return find(device, inputs).run(inputs);
    } catch (error) {
      if (!(error instanceof CaptureError)) throw error;
      refused = true;
      const name = f.name || 'the function';
      console.warn(`dawngrad: ${name} runs uncaptured, which is slower: ${error.message}.`);
      return scope(() => f(...inputs));
    }
  };

  const plan = (...inputs: Inputs): StepPlan => {
    const device = deviceOf(inputs);
    if (!(device instanceof GpuDevice)) throw new CaptureError('the CPU backend has no captured steps');
    const step = find(device, inputs).plan;
    const dispatches = step.commands.filter(({ kind }) => kind === 'dispatch').length;
    return {
      dispatches,
      bytes: step.bytes,
      largest: step.buffers.reduce((a, b) => Math.max(a, b), 0),
      explain: () => explain(step),
    };
  };

  const tune = async (...inputs: Inputs): Promise<void> => {
    const device = deviceOf(inputs);
    if (!(device instanceof GpuDevice) || refused) return;
    try {
      await device.allocating(() => find(device, inputs).checkRoom()); // before the tuner tries these sizes
      await device.tuner?.settle();
      await find(device, inputs).compile();
      await device.allocating(() => find(device, inputs).prepare());
    } catch (error) {
      if (!(error instanceof CaptureError)) throw error; // a call reports it
    }
  };

  const dispose = (): void => {
    for (const { step } of captured.splice(0)) step.dispose();
  };
  return Object.assign(call, { plan, tune, dispose });
}
