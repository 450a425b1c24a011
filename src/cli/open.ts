import type { Device } from '../core/device.ts';
import { DeviceError } from '../core/errors.ts';
import { init } from '../node.ts';
import type { Backend } from './options.ts';

/** Opens a device to train on. The float64 reference is far slower, so it must be requested. */
export async function openToTrain({
  backend,
  seed,
}: {
  readonly backend: Backend;
  readonly seed: number;
}): Promise<Device> {
  if (backend !== 'auto') return init({ backend, seed });
  try {
    return await init({ backend: 'webgpu', seed });
  } catch (error) {
    if (!(error instanceof DeviceError) || error.reason !== 'unavailable') throw error;
    throw new DeviceError('unavailable', `${error.message} On the command line, use --backend cpu (slow).`);
  }
}
