import { explain } from '../backends/webgpu/capture/explain.ts';
import { CapturedStep } from '../backends/webgpu/capturedStep.ts';
import { GpuDevice } from '../backends/webgpu/device.ts';
import { checkValue, func } from '../core/checks.ts';
import { currentDevice, type Device } from '../core/device.ts';
import { CaptureError, ValueError } from '../core/errors.ts';
import { formatShape } from '../core/shape.ts';
import { isRecording } from '../core/tape.ts';
import { scope, type Tensor } from '../core/tensor.ts';

/** What a captured step costs, known before it runs. */
export interface StepPlan {
  /** Kernels that one step starts. */
  readonly dispatches: number;
  /** Bytes of the buffers that the step holds for what it computes. */
  readonly bytes: number;
  /** Bytes of the largest of them. */
  readonly largest: number;
  /** The dispatches, what was saved, buffers, lifetimes and the peak, as text. */
  explain(): string;
}

/** Captured steps that a compiled function keeps, each with buffers of its own; those used least recently go. */
const MOST_STEPS = 16;

/** A function whose steps are captured. */
export interface Compiled<Inputs extends readonly Tensor[], Result> {
  (...inputs: Inputs): Result;
  /** The plan for inputs of these shapes; nothing runs. @throws CaptureError if the function can't be captured. */
  plan(...inputs: Inputs): StepPlan;
  /**
   * Measures, where tuning is on, which kernels suit the step for inputs of these shapes, and makes its buffers; nothing of
   * the step runs. @throws DeviceError if there is no memory for it.
   */
  tune(...inputs: Inputs): Promise<void>;
  /** Frees what the captured steps hold; a later call captures anew. */
  dispose(): void;
}

/**
 * Captures `f`: the first call per input shapes notes down what it does, and every call runs the note, without the
 * JavaScript of its operations, with all memory in place. Results have the bits of the uncaptured function.
 *
 * `f` has to do the same for inputs of the same shapes. What it takes from outside is the tensor it was at the capture;
 * parameters that an optimizer moves, the learning rate and the step number are followed. A function that reads a
 * tensor, uploads numbers or is async can't be captured: that is said once, and it runs as it is. On the CPU backend
 * it always does. The steps for the 16 kinds of inputs used last are kept, with the memory of each.
 * @param f tensors in; a tensor, or tensors in arrays and plain objects, out.
 * @param options `device`: where it runs if it takes no tensor; default the current one.
 * @throws ValueError when a tape is open around the call: gradients do not flow through a captured step.
 */
export function compile<Inputs extends readonly Tensor[], Result>(
  f: (...inputs: Inputs) => Result,
  { device: given }: { readonly device?: Device } = {},
): Compiled<Inputs, Result> {
  checkValue('compile', 'the step', f, func);
  const deviceOf = (inputs: Inputs): Device => inputs[0]?.device ?? given ?? currentDevice();
  /** The step used last at the end. */
  const captured: { readonly device: Device; readonly key: string; readonly step: CapturedStep<Result> }[] = [];
  let refused = false;

  const find = (device: GpuDevice, inputs: Inputs): CapturedStep<Result> => {
    const key = inputs.map(({ dtype, shape }) => dtype + formatShape(shape)).join(' ');
    const known = captured.findIndex((each) => each.device === device && each.key === key && each.step.holds);
    if (known >= 0) {
      captured.push(...captured.splice(known, 1));
    } else {
      // The same inputs as `f` takes, in order.
      const step = new CapturedStep(device, (...stand) => f(...(stand as readonly Tensor[] as Inputs)), inputs);
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
        expected: 'the tape inside the compiled function, as gradients do not flow through a captured step',
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
      await device.allocating(() => find(device, inputs).checkRoom()); // before contests try these sizes
      await device.tuner?.settle();
      await find(device, inputs).compile();
      await device.allocating(() => find(device, inputs).prepare());
    } catch (error) {
      if (!(error instanceof CaptureError)) throw error; // a call will say so
    }
  };

  const dispose = (): void => {
    for (const { step } of captured.splice(0)) step.dispose();
  };
  return Object.assign(call, { plan, tune, dispose });
}
