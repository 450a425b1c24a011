import { eachStep, outsideCapture, refuseCapture, writeEachStep } from './capture.ts';
import { checkValue, seedValue } from './checks.ts';
import { currentDevice, type Device } from './device.ts';
import type { Generator } from './random.ts';
import { keep, Tensor } from './tensor.ts';

/** Seed and step of a generator on its device, where kernels read them. */
interface State {
  /** `[seed, step]`, i32. */
  readonly tensor: Tensor;
  /** What it holds. */
  written: readonly [seed: number, step: number];
  /** The captured steps that have drawn, and whether they have entered another step since. */
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

/** `[seed, step]` as i32 on the device, for a kernel that draws. */
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
    refuseCapture(device, 'it draws random numbers for two training steps');
  }
  return state.tensor;
}

/** The same for a kernel that draws again what one has drawn, for its gradient; one tensor for the life of the generator. */
export const drawnOn = (device: Device): Tensor => stateOf(device).tensor;

/** Enters training step `step`, by default the next one: dropout draws another mask. Optimizers do so after an update. */
export function enterStep(random: Generator, device: Device, step?: number): void {
  eachStep(device, () => random.enter(step ?? random.step + 1));
  const captured = device.capture && states.get(random)?.captured.get(device.capture);
  if (captured) captured.hasEntered = true;
}

/** Frees what lies on the device. */
export function releaseState(random: Generator): void {
  states.get(random)?.tensor.dispose();
  states.delete(random);
}

/**
 * Restarts the random numbers of the current device and of its models: weights, orders and masks drawn from here on are
 * those that come after `init({ seed })`.
 * @param seed a whole number of 32 bits. @throws ValueError for anything else.
 */
export function setSeed(seed: number): void {
  checkValue('setSeed', 'seed', seed, seedValue);
  const device = currentDevice();
  refuseCapture(device, 'it sets the seed; set it before the step');
  device.random.restart(seed);
}
