import { setCurrentDevice } from '../../src/core/device.ts';
import type { Device } from '../../src/index.ts';
import { init, setVerbosity } from '../../src/node.ts';

setVerbosity(0);

/** A fixed seed, so that failures are reproducible. */
const SEED = 1;

/** The CPU reference, for all tests. */
export const cpu: Device = await init({ backend: 'cpu', seed: SEED });

let reason = '';
/** The GPU, or undefined if there is none. By default tensors are made on it. */
export const gpu: Device | undefined = await init({ backend: 'webgpu', seed: SEED }).catch((error: unknown) => {
  reason = String(error);
  return undefined;
});

interface Suite {
  (name: string, body: () => Promise<void> | void): void;
  skip(name: string, body: () => Promise<void> | void): void;
}

/** A test that needs the GPU: without one it is skipped by name, or fails if REQUIRE_GPU=1 is set. */
export function onGpu(test: Suite, name: string, body: (device: Device) => Promise<void> | void): void {
  const device = gpu;
  if (device !== undefined) test(name, () => body(device));
  else if (process.env.REQUIRE_GPU === '1') {
    test(name, () => {
      throw new Error(`REQUIRE_GPU is set: ${reason}`);
    });
  } else {
    console.log(`skipped: ${name} (no GPU)`);
    test.skip(name, () => {});
  }
}

/** Runs a test on both backends, each with its device as the current one. */
export function onBoth(test: Suite, name: string, body: (device: Device) => Promise<void> | void): void {
  const on = (device: Device): Promise<void> | void => {
    setCurrentDevice(device);
    return body(device);
  };
  test(`${name} (cpu)`, () => on(cpu));
  onGpu(test, `${name} (gpu)`, on);
}
