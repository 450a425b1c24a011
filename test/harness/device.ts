import { setCurrentDevice } from '../../src/core/device.ts';
import type { Device } from '../../src/index.ts';
import { init, setVerbosity } from '../../src/node.ts';

setVerbosity(0);

/** Seeds fixed: a failure can be repeated. */
const SEED = 1;

/** The CPU reference; every test may use it. */
export const cpu: Device = await init({ backend: 'cpu', seed: SEED });

let reason = '';
/** The GPU, or undefined where there is none. The device that tensors are made on unless a test says otherwise. */
export const gpu: Device | undefined = await init({ backend: 'webgpu', seed: SEED }).catch((error: unknown) => {
  reason = String(error);
  return undefined;
});

interface Suite {
  (name: string, body: () => Promise<void> | void): void;
  skip(name: string, body: () => Promise<void> | void): void;
}

/** A test that needs the GPU: without one it is skipped by name, or fails where REQUIRE_GPU=1 demands one. */
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

/** A test on either backend, with its device as the current one. */
export function onBoth(test: Suite, name: string, body: (device: Device) => Promise<void> | void): void {
  const on = (device: Device): Promise<void> | void => {
    setCurrentDevice(device);
    return body(device);
  };
  test(`${name} (cpu)`, () => on(cpu));
  onGpu(test, `${name} (gpu)`, on);
}
