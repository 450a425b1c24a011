import { type Compiled, compile } from '../compile.ts';
import type { Device } from '../device.ts';
import { DeviceError } from '../errors.ts';
import type { Network } from '../nn/network.ts';

/** Steps of a model over a data set, captured once for each size of batch. */
export class Steps<Result> {
  readonly #model: Network;
  readonly #step: (size: number) => Result;
  readonly #bySize = new Map<number, Compiled<[], Result>>();

  constructor(model: Network, step: (size: number) => Result) {
    this.#model = model;
    this.#step = step;
  }

  /** Captures the steps for some sizes of batch and finds the kernels that suit them. */
  async prepare(sizes: readonly number[]): Promise<void> {
    for (const size of new Set(sizes)) await this.#model.isolated(() => this.#of(size).tune());
  }

  run(size: number): Result {
    return this.#model.isolated(() => {
      const compiled = this.#of(size);
      try {
        return compiled();
      } catch (error) {
        if (!(error instanceof DeviceError) || error.reason !== 'memory') throw error;
        throw tooLarge(compiled, size, this.#model.device);
      }
    });
  }

  #of(size: number): Compiled<[], Result> {
    const compiled = this.#bySize.get(size) ?? compile(() => this.#step(size), { device: this.#model.device });
    this.#bySize.set(size, compiled);
    return compiled;
  }

  dispose(): void {
    for (const compiled of this.#bySize.values()) compiled.dispose();
  }
}

/** Says which batch would fit where a tensor of this one is more than a buffer of the device can hold. */
function tooLarge({ plan }: Pick<Compiled<[], unknown>, 'plan'>, size: number, { info }: Device): DeviceError {
  const limit = info.limits.maxStorageBufferBindingSize;
  const { largest } = plan();
  return new DeviceError(
    'memory',
    `A batch of ${size} needs a buffer of ${largest} bytes, and this adapter has ${limit} at most. A batch of ${Math.floor((size * limit) / largest)} fits.`,
  );
}
