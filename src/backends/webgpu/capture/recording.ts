import type { Capture } from '../../../core/device.ts';
import { CaptureError } from '../../../core/errors.ts';
import type { Storage } from '../../../core/tensor/storage.ts';
import type { Command } from '../queue/commands.ts';
import type { GpuMemory } from '../queue/pool.ts';

/** Memory that only a captured step uses; the plan places it. */
export class Transient {
  /** In bytes. */
  readonly size: number;

  constructor(size: number) {
    this.size = size;
  }
}

/** What a recorded command reads or writes. */
export type Operand = GpuMemory | Transient;

/** One command of a captured step. */
export interface Recorded {
  readonly kind: 'dispatch' | 'copy' | 'clear';
  /** Kernel and entry point, for people. */
  readonly label: string;
  readonly reads: readonly Operand[];
  readonly writes: readonly Operand[];
  /** Compiles the kernel ahead of `place`, in parallel with other work. */
  readonly compile?: () => Promise<void>;
  /** Makes the command once every operand is placed. */
  readonly place: (find: (operand: Operand) => GpuMemory) => Command;
}

/** Records the commands of a step instead of running them. */
export class Recording implements Capture {
  readonly commands: Recorded[] = [];
  /** The host's work for a step, in order: computes the values that change from step to step. */
  readonly hostWork: (() => void)[] = [];
  /** Values that the commands depend on, besides shapes; a replay requires them unchanged. */
  readonly conditions: { readonly now: () => unknown; readonly before: unknown }[] = [];
  readonly #outside = new Set<Storage>();
  /** Why the step can't be captured, if it can't. */
  refusal: string | undefined;

  add(command: Recorded): void {
    this.commands.push(command);
  }

  /** Keeps outside memory that the commands refer to alive until `release`. */
  retain(storage: Storage): void {
    if (this.#outside.has(storage)) return;
    this.#outside.add(storage.retain());
  }

  release(): void {
    for (const storage of this.#outside) storage.release();
    this.#outside.clear();
  }

  atReplay(work: () => void, writes?: Storage): void {
    // A replay runs the host's work first, so no earlier command may read what it writes.
    const memory = writes?.memory;
    if (this.commands.some(({ reads, writes }) => [...reads, ...writes].some((operand) => operand === memory))) {
      this.refuse('it changes the step number or another number of the step after their first use');
    }
    this.hostWork.push(work);
  }

  dependOn(now: () => unknown): void {
    this.conditions.push({ now, before: now() });
  }

  /** Records why this step can't be captured, and aborts it. */
  refuse(reason: string): never {
    this.refusal ??= reason;
    throw new CaptureError(reason);
  }

  /** @throws CaptureError if the step can't be captured, even if the step itself caught the error. */
  check(): void {
    if (this.refusal !== undefined) throw new CaptureError(this.refusal);
  }

  get holds(): boolean {
    return this.conditions.every(({ now, before }) => Object.is(now(), before));
  }
}
