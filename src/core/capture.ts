import type { Device } from './device.ts';
import type { DType, Storage, TypedArray } from './storage.ts';

/** Does `work` now, or in a captured step at each replay. */
export function eachStep(device: Device, work: () => void): void {
  if (device.capture === undefined) work();
  else device.capture.atReplay(work);
}

/** Overwrites a storage with what `compute` returns: now, or in a captured step at each replay. */
export function writeEachStep(device: Device, storage: Storage, compute: () => TypedArray, dtype: DType): void {
  const write = (): void => device.write(storage, compute(), dtype);
  if (device.capture === undefined) write();
  else device.capture.atReplay(write, storage);
}

/** Says what the commands of a step depend on besides shapes. */
export const dependOn = ({ capture }: Device, now: () => unknown): void => capture?.dependOn(now);

/** Says that a step which gets here can't be captured, and why; nothing if no step is being captured. */
export const refuseCapture = ({ capture }: Device, reason: string): void => capture?.refuse(reason);

/** Runs `body` at once, also while a step is captured: it makes state that outlives the step. */
export function outsideCapture<R>(device: Device, body: () => R): R {
  const { capture } = device;
  device.capture = undefined;
  try {
    return body();
  } finally {
    device.capture = capture;
  }
}
