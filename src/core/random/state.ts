import { eachStep, outsideCapture, refuseCapture, writeEachStep } from '../capture.ts';
import { checkValue, seedValue } from '../checks.ts';
import { currentDevice, type Device } from '../device.ts';
import { keep, Tensor } from '../tensor/tensor.ts';
import type { Generator } from './generator.ts';

/** Seed and step of a generator on its device, for kernels to read. */
interface State {
  /** `[seed, step]`, i32. */
  readonly tensor: Tensor;
  /** The values that the tensor holds. */
  written: readonly [seed: number, step: number];
  /** The captured steps that drew random numbers, and whether they have entered another training step since. */
  readonly captured: WeakMap<object, { hasEntered: boolean }>;
}

const states = new WeakMap<Generator, State>();

const wordsOf = ({ seed, step }: Generator): Int32Array => Int32Array.of(seed | 0, step | 0);

function stateOf(device: Device): State {
  const { random } = device;
  let state = states.get(random);
  if (state === undefined) {
    const storage = outsideCapture(device, () => device.upload(wordsOf(random), 'i32'));
    const tensor = keep(new Tensor(device, storage, [2], 'i32'));
    state = { tensor, written: [random.seed, random.step], captured: new WeakMap() };
    states.set(random, state);
  }
  return state;
}

/** `[seed, step]` as i32 on the device, for a kernel that draws random numbers. */
export function drawOn(device: Device): Tensor {
  const { random, capture } = device;
  const state = stateOf(device);
  const words = (): Int32Array => {
    state.written = [random.seed, random.step];
    return wordsOf(random);
  };
  if (capture === undefined) {
    const [seed, step] = state.written;
    if (seed !== random.seed || step !== random.step) device.write(state.tensor.storage, words(), 'i32');
    return state.tensor;
  }
  const captured = state.captured.get(capture);
  if (captured === undefined) {
    state.captured.set(capture, { hasEntered: false });
    writeEachStep(device, state.tensor.storage, words, 'i32');
  } else if (captured.hasEntered) {
    refuseCapture(device, 'it draws random numbers in two training steps');
  }
  return state.tensor;
}

/** The tensor that `drawOn` returns, for a gradient that repeats an earlier draw; it lives as long as the generator. */
export const drawnOn = (device: Device): Tensor => stateOf(device).tensor;

/**
 * Enters training step `step`, by default the next one, in which dropout draws a new mask. Optimizers call this after
 * an update.
 */
export function enterStep(random: Generator, device: Device, step?: number): void {
  eachStep(device, () => random.enter(step ?? random.step + 1));
  const captured = device.capture && states.get(random)?.captured.get(device.capture);
  if (captured) captured.hasEntered = true;
}

export function releaseState(random: Generator): void {
  states.get(random)?.tensor.dispose();
  states.delete(random);
}

/**
 * Restarts the random numbers of the current device and its models: from here on, weights, orders and masks are the
 * same as after `init({ seed })`.
 * @param seed a 32-bit integer.
 * @throws ValueError if `seed` is not a 32-bit integer; DeviceError before `init()`; CaptureError inside a captured
 * step.
 */
export function setSeed(seed: number): void {
  checkValue('setSeed', 'seed', seed, seedValue);
  const device = currentDevice();
  refuseCapture(device, 'it sets the seed; call setSeed before the step');
  device.random.restart(seed);
}
