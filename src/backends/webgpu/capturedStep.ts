import { checkBytes } from '../../core/device.ts';
import { innerScope, mapTensors } from '../../core/tensor/lifetime.ts';
import { BYTES, Storage } from '../../core/tensor/storage.ts';
import { keep, Tensor } from '../../core/tensor/tensor.ts';
import { makePlan, type Plan } from './capture/plan.ts';
import { type Recording, Transient } from './capture/recording.ts';
import type { GpuDevice, Replay } from './device.ts';
import { padded } from './queue/pool.ts';

/** The most recordings of a step that moves its own parameters, as an optimizer's first step does. */
const ATTEMPTS = 3;

/** A function of tensors, recorded for inputs of certain shapes. */
export class CapturedStep<Result> {
  readonly plan: Plan;
  readonly #device: GpuDevice;
  readonly #recording: Recording;
  readonly #inputs: readonly Transient[];
  readonly #result: Result;
  /** The results of the last run, by the memory that holds them. */
  readonly #returned = new Map<Transient, Storage>();
  #replay: Replay | undefined;

  /** Records what `f` does; nothing runs. @throws CaptureError if it can't be replayed. */
  constructor(device: GpuDevice, f: (...inputs: readonly Tensor[]) => Result, like: readonly Tensor[]) {
    this.#device = device;
    this.#inputs = like.map(({ size }) => new Transient(padded(size * BYTES)));
    const { recording, result } = this.#record(f, like);
    this.#recording = recording;
    this.#result = result;
    const outputs = new Set<Transient>();
    mapTensors(result, (t) => {
      keep(t);
      if (t.storage.memory instanceof Transient) outputs.add(t.storage.memory);
      return t;
    });
    this.plan = makePlan(recording, { inputs: this.#inputs, outputs: [...outputs] });
  }

  /** Whether everything the step depends on, besides shapes, is unchanged. */
  get holds(): boolean {
    return this.#recording.holds;
  }

  /** Rejects a step with a buffer larger than the device allows. @throws DeviceError */
  checkRoom(): void {
    checkBytes('A buffer of the step', Math.max(0, ...this.plan.buffers), this.#device.info);
  }

  /** Compiles all kernels in parallel. */
  compile(): Promise<void> {
    return this.#device.compileAhead(this.plan.commands);
  }

  /** Allocates the buffers. @throws DeviceError if memory runs out. */
  prepare(): Replay {
    this.#replay ??= this.#device.prepare(this.#recording, this.plan);
    return this.#replay;
  }

  run(inputs: readonly Tensor[]): Result {
    const device = this.#device;
    const replay = this.prepare();
    const { find } = replay;
    this.#handOver();
    inputs.forEach(({ storage, size }, i) => {
      device.copy(storage, new Storage(find(this.#inputs[i]), () => {}), size);
    });
    device.replay(replay);
    return mapTensors(this.#result, (t) => {
      const { memory } = t.storage;
      if (!(memory instanceof Transient)) return t.alias();
      const shared = this.#returned.get(memory);
      const storage = shared?.retain() ?? new Storage<unknown>(find(memory), () => {});
      this.#returned.set(memory, storage);
      return new Tensor(device, storage, t.shape, t.dtype);
    });
  }

  dispose(): void {
    if (!this.#device.isOver) this.#handOver();
    if (this.#replay === undefined) this.#recording.release();
    else this.#replay.dispose();
  }

  /**
   * Moves results of the last run that are still in use to memory of their own, because the next run overwrites their
   * place.
   */
  #handOver(): void {
    for (const [transient, storage] of this.#returned) {
      if (storage.isUsed) {
        const length = transient.size / BYTES;
        const copy = this.#device.allocate(length);
        this.#device.copy(storage, copy, length);
        storage.takeOver(copy);
      }
      this.#returned.delete(transient);
    }
  }

  #record(f: (...inputs: readonly Tensor[]) => Result, like: readonly Tensor[]) {
    const device = this.#device;
    const stream = device.random.peekStream();
    const standIn = ({ shape, dtype }: Tensor, i: number): Tensor =>
      new Tensor(device, new Storage<unknown>(this.#inputs[i], () => {}), shape, dtype);
    for (let attempt = 1; ; attempt++) {
      try {
        const { recording, result } = device.record(() => innerScope(() => f(...like.map(standIn))));
        if (recording.holds || attempt === ATTEMPTS) return { recording, result };
        recording.release();
      } catch (error) {
        device.random.returnTo(stream);
        throw error;
      }
    }
  }
}
