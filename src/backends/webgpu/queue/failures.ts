import { DeviceError } from '../../../core/errors.ts';
import type { PipelineCache } from './pipelines.ts';

/**
 * Errors of a GPU, permanent or in one call. WebGPU reports errors as events. In Node they arrive inside the failed
 * call, which can then free memory and try again. In a browser they arrive later, when the commands that needed the
 * missing resource were skipped, along with all others in the same submit; results can no longer be trusted.
 */
export class Failures {
  readonly #pipelines: PipelineCache;
  #lasting: DeviceError | undefined;
  /** Settles when the causes of all rejected commands are known. */
  #causes: Promise<void> = Promise.resolve();
  /** Set while `attempt` runs. */
  #attempt: { failed: boolean } | undefined;

  constructor(gpu: GPUDevice, pipelines: PipelineCache) {
    this.#pipelines = pipelines;
    gpu.addEventListener('uncapturederror', (event) => {
      const { error } = event;
      if (!(error instanceof GPUOutOfMemoryError)) {
        event.preventDefault(); // else Dawn prints it, ahead of the shader error that caused it
        this.#refused(error.message);
      } else if (this.#attempt === undefined) {
        const advice = 'Call init() again, continue from the last checkpoint, and use smaller batches.';
        this.fail(new DeviceError('memory', `The GPU ran out of memory: ${error.message} ${advice}`));
      } else {
        event.preventDefault(); // the call reports it
        this.#attempt.failed = true;
      }
    });
    void gpu.lost.then(({ reason, message }) => {
      const advice = 'Call init() again and continue from the last checkpoint.';
      this.fail(new DeviceError('lost', `The GPU device was lost (${reason}): ${message} ${advice}`));
    });
  }

  /** Makes all later calls fail; the first reason is kept. */
  fail(reason: DeviceError): void {
    this.#lasting ??= reason;
  }

  get areLasting(): boolean {
    return this.#lasting !== undefined;
  }

  /** @throws DeviceError if the device has failed permanently. */
  throwLasting(): void {
    if (this.#lasting !== undefined) throw this.#lasting;
  }

  /** @throws DeviceError for any error so far. Called after the GPU has answered. */
  async check(): Promise<void> {
    await this.#pipelines.check();
    await this.#causes;
    this.throwLasting();
  }

  /** Returns what `make` makes, or undefined if memory ran out. */
  attempt<T>(make: () => T): T | undefined {
    this.throwLasting();
    const attempt = { failed: false };
    this.#attempt = attempt;
    try {
      const made = make();
      return attempt.failed ? undefined : made;
    } catch (error) {
      if (error instanceof RangeError) return undefined; // from a buffer that is mapped at creation
      throw error;
    } finally {
      this.#attempt = undefined;
    }
  }

  /** Handles a rejected command, caused by a shader that did not compile, which is known later, or by our bug. */
  #refused(message: string): void {
    this.#causes = this.#causes
      .then(() => this.#pipelines.check())
      .then(
        () => this.fail(new DeviceError('validation', message)),
        (cause) => this.fail(cause),
      );
  }
}
