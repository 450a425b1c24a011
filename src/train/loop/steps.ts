import { type Device, largestTensor } from '../../core/device.ts';
import { DeviceError } from '../../core/errors.ts';
import { type Compiled, compile } from '../../engine/compile.ts';
import { isolated, type Network } from '../../nn/network/network.ts';
import { Pace } from './pace.ts';

/** Steps of a network over a data set, captured once per batch size. */
export class CapturedSteps<Result> {
  /** How steps are grouped; one epoch learns it for the next. */
  readonly pace: Pace;
  readonly #network: Network;
  readonly #step: (size: number) => Result;
  readonly #bySize = new Map<number, Compiled<[], Result>>();

  constructor(network: Network, step: (size: number) => Result) {
    this.pace = new Pace(network.device);
    this.#network = network;
    this.#step = step;
  }

  /** Captures the steps for some batch sizes, tunes their kernels, and allocates their buffers. */
  async prepare(sizes: readonly number[]): Promise<void> {
    for (const size of new Set(sizes)) {
      const compiled = this.#of(size);
      try {
        await compiled.tune();
      } catch (error) {
        throw explained(error, compiled, { size, device: this.#network.device });
      }
    }
  }

  run(size: number): Result {
    return isolated(this.#network, () => {
      const compiled = this.#of(size);
      try {
        return compiled();
      } catch (error) {
        throw explained(error, compiled, { size, device: this.#network.device });
      }
    });
  }

  #of(size: number): Compiled<[], Result> {
    const network = this.#network;
    const step = (): Result => isolated(network, () => this.#step(size)); // also when it is captured later
    const compiled = this.#bySize.get(size) ?? compile(step, { device: network.device });
    this.#bySize.set(size, compiled);
    return compiled;
  }

  dispose(): void {
    for (const compiled of this.#bySize.values()) compiled.dispose();
  }
}

/** Explains an error of a step whose largest tensor exceeds the device's limit: names a batch size that fits. */
function explained(
  error: unknown,
  { plan }: Pick<Compiled<[], unknown>, 'plan'>,
  { size, device }: { readonly size: number; readonly device: Device },
): unknown {
  if (!(error instanceof DeviceError) || error.reason !== 'memory') return error;
  const limit = largestTensor(device.info);
  const { largest } = plan();
  if (largest <= limit) return error;
  const fitting = Math.floor((size * limit) / largest);
  return new DeviceError(
    'memory',
    `A batch of ${size} needs a buffer of ${largest} bytes, and this adapter has ${limit} at most. ${fitting > 0 ? `A batch of ${fitting} fits.` : 'Not even a single sample fits: make the layers smaller.'}`,
  );
}
