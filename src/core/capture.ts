import type { Device } from './device.ts';
import type { DType, Storage, TypedArray } from './tensor/storage.ts';

/** Runs `work` now or, while a step is captured, at each replay. */
export function eachStep(device: Device, work: () => void): void {
  if (device.capture === undefined) work();
  else device.capture.atReplay(work);
}

/** Overwrites a storage with what `compute` returns, now or, while a step is captured, at each replay. */
export function writeEachStep(device: Device, storage: Storage, compute: () => TypedArray, dtype: DType): void {
  const write = (): void => device.write(storage, compute(), dtype);
  if (device.capture === undefined) write();
  else device.capture.atReplay(write, storage);
}

/** Declares a value that the commands of a step depend on, besides shapes. */
export const dependOn = ({ capture }: Device, now: () => unknown): void => capture?.dependOn(now);

/** Makes the current step uncapturable and says why; does nothing if no step is being captured. */
export const refuseCapture = ({ capture }: Device, reason: string): void => capture?.refuse(reason);

/** Runs `body` immediately, even while a step is captured, to make state that outlives the step. */
export function outsideCapture<R>(device: Device, body: () => R): R {
  const { capture } = device;
  device.capture = undefined;
  try {
    return body();
  } finally {
    device.capture = capture;
  }
}
