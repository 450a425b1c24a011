import { DeviceError } from '../../../core/errors.ts';
import type { PipelineCache } from './pipelines.ts';

/**
 * What goes wrong on a GPU: for good, or in one call. WebGPU tells of errors in events. In Node they come inside the call
 * that failed, which can then free memory and try again. In a page they come later, when commands that use what is missing
 * were skipped, with others that were submitted with them: nothing can be trusted any more.
 */
export class Failures {
  readonly #pipelines: PipelineCache;
  /** Why nothing works any more. */
  #lasting: DeviceError | undefined;
  /** Settles when the causes of all refused commands are known. */
  #causes: Promise<void> = Promise.resolve();
  /** Set while `attempt` runs. */
  #attempt: { failed: boolean } | undefined;

  constructor(gpu: GPUDevice, pipelines: PipelineCache) {
    this.#pipelines = pipelines;
    gpu.addEventListener('uncapturederror', (event) => {
      const { error } = event;
      if (!(error instanceof GPUOutOfMemoryError)) {
        event.preventDefault(); // Dawn prints it otherwise, before the error of the shader that caused it
        this.#refused(error.message);
      } else if (this.#attempt === undefined) {
        const advice = 'Call init() again, go on from the last checkpoint, and use smaller batches.';
        this.fail(new DeviceError('memory', `The GPU's memory ran out: ${error.message} ${advice}`));
      } else {
        event.preventDefault(); // the call reports it
        this.#attempt.failed = true;
      }
    });
    void gpu.lost.then(({ reason, message }) => {
      const advice = 'Call init() again and go on from the last checkpoint.';
      this.fail(new DeviceError('lost', `The GPU device was lost (${reason}): ${message} ${advice}`));
    });
  }

  /** Makes whatever is asked for from now on fail, with the first reason given. */
  fail(reason: DeviceError): void {
    this.#lasting ??= reason;
  }

  get areLasting(): boolean {
    return this.#lasting !== undefined;
  }

  /** @throws DeviceError if nothing works any more. */
  throwLasting(): void {
    if (this.#lasting !== undefined) throw this.#lasting;
  }

  /** @throws DeviceError for whatever went wrong so far. Called once the GPU has answered. */
  async check(): Promise<void> {
    await this.#pipelines.check();
    await this.#causes;
    this.throwLasting();
  }

  /** What `make` makes, or undefined if that took more memory than there is. */
  attempt<T>(make: () => T): T | undefined {
    this.throwLasting();
    const attempt = { failed: false };
    this.#attempt = attempt;
    try {
      const made = make();
      return attempt.failed ? undefined : made;
    } catch (error) {
      if (error instanceof RangeError) return undefined; // a buffer that is mapped at its creation
      throw error;
    } finally {
      this.#attempt = undefined;
    }
  }

  /** A command that was refused: because of a shader that did not compile, which is known later, or by our fault. */
  #refused(message: string): void {
    this.#causes = this.#causes
      .then(() => this.#pipelines.check())
      .then(
        () => this.fail(new DeviceError('validation', message)),
        (cause) => this.fail(cause),
      );
  }
}
