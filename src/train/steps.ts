import { type Compiled, compile } from '../compile.ts';
import { currentDevice } from '../device.ts';
import { DeviceError } from '../errors.ts';
import type { Tensor } from '../tensor.ts';

/** Steps over a data set, captured once for each size of batch. */
export class Steps {
  readonly #step: (size: number) => readonly Tensor[];
  readonly #bySize = new Map<number, Compiled<[], readonly Tensor[]>>();

  constructor(step: (size: number) => readonly Tensor[]) {
    this.#step = step;
  }

  /** Captures the steps for some sizes of batch and finds the kernels that suit them. */
  async prepare(sizes: readonly number[]): Promise<void> {
    for (const size of new Set(sizes)) await this.#of(size).tune();
  }

  run(size: number): readonly Tensor[] {
    const compiled = this.#of(size);
    try {
      return compiled();
    } catch (error) {
      if (!(error instanceof DeviceError) || error.reason !== 'memory') throw error;
      throw tooLarge(compiled, size);
    }
  }

  #of(size: number): Compiled<[], readonly Tensor[]> {
    const compiled = this.#bySize.get(size) ?? compile(() => this.#step(size));
    this.#bySize.set(size, compiled);
    return compiled;
  }

  dispose(): void {
    for (const compiled of this.#bySize.values()) compiled.dispose();
  }
}

/** Says which batch would fit where a tensor of this one is more than a buffer of the device can hold. */
function tooLarge({ plan }: Compiled<[], readonly Tensor[]>, size: number): DeviceError {
  const limit = currentDevice().info.limits.maxStorageBufferBindingSize;
  const { largest } = plan();
  return new DeviceError(
    'memory',
    `A batch of ${size} needs a buffer of ${largest} bytes, and this adapter has ${limit} at most. A batch of ${Math.floor((size * limit) / largest)} fits.`,
  );
}
