import type { Capture } from '../../../core/device.ts';
import { CaptureError } from '../../../core/errors.ts';
import type { Storage } from '../../../core/storage.ts';
import type { Command } from '../queue/commands.ts';
import type { GpuMemory } from '../queue/pool.ts';

/** Memory of a captured step that nobody outside sees: the plan finds a place for it. */
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
  /** For people: the kernel and its entry point. */
  readonly label: string;
  readonly reads: readonly Operand[];
  readonly writes: readonly Operand[];
  /** Compiles the kernel before `place` needs it, beside whatever else goes on. */
  readonly compile?: () => Promise<void>;
  /** Makes the command once every operand has its place. */
  readonly place: (find: (operand: Operand) => GpuMemory) => Command;
}

/** What a step does, noted down instead of done. */
export class Recording implements Capture {
  readonly commands: Recorded[] = [];
  /** The host's part of a step, in order: computes what changes from step to step, and counts. */
  readonly hostWork: (() => void)[] = [];
  /** What the step's commands depend on besides the shapes: at a replay it has to be what it was. */
  readonly conditions: { readonly now: () => unknown; readonly before: unknown }[] = [];
  readonly #outside = new Set<Storage>();
  /** Why the step can't be captured. */
  refusal: string | undefined;

  add(command: Recorded): void {
    this.commands.push(command);
  }

  /** Keeps memory from outside, which the commands refer to, until `release`. */
  retain(storage: Storage): void {
    if (this.#outside.has(storage)) return;
    this.#outside.add(storage.retain());
  }

  release(): void {
    for (const storage of this.#outside) storage.release();
    this.#outside.clear();
  }

  atReplay(work: () => void, writes?: Storage): void {
    // At a replay the host's part comes first, so nothing before this point may read what it writes.
    const memory = writes?.memory;
    if (this.commands.some(({ reads, writes }) => [...reads, ...writes].some((operand) => operand === memory))) {
      this.refuse('it changes the step number or another number of the step after their first use');
    }
    this.hostWork.push(work);
  }

  dependOn(now: () => unknown): void {
    this.conditions.push({ now, before: now() });
  }

  /** Notes why this step can't be captured, and leaves it. */
  refuse(reason: string): never {
    this.refusal ??= reason;
    throw new CaptureError(reason);
  }

  /** @throws CaptureError if the step can't be captured, also when it caught the first one. */
  check(): void {
    if (this.refusal !== undefined) throw new CaptureError(this.refusal);
  }

  /** Whether the conditions hold now. */
  get holds(): boolean {
    return this.conditions.every(({ now, before }) => Object.is(now(), before));
  }
}
