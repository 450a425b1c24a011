import type { KernelCall } from '../../../core/kernel.ts';
import { formatShape } from '../../../core/shape.ts';
import { type Command, encode } from './commands.ts';
import { Timestamps } from './timestamps.ts';

/**
 * Prints a device's work, on stderr or the browser's console: at level 1 each dispatch, at level 2 also each shader.
 */
export class Debug {
  readonly #gpu: GPUDevice;
  readonly #level: number;
  /** Settles when everything submitted so far is printed. */
  #printed: Promise<void> = Promise.resolve();

  constructor(gpu: GPUDevice, level: number) {
    this.#gpu = gpu;
    this.#level = level;
  }

  /** A dispatch in words: operation, entry point, shapes. */
  describe({ kernel, entry, reads, uniforms = [], writes }: KernelCall): string {
    const shapes = (tensors: KernelCall['reads']): string => tensors.map(({ shape }) => formatShape(shape)).join(' ');
    return `${`${kernel.name} ${entry}`.padEnd(28)} ${shapes([...uniforms, ...reads])} -> ${shapes(writes)}`;
  }

  /** Prints a shader as the compiler receives it. */
  shader(label: string, text: string): void {
    if (this.#level < 2) return;
    const lines = text.split('\n').map((line, i) => `${String(i + 1).padStart(5)}  ${line}`);
    console.error(`shader ${label}\n${lines.join('\n')}`);
  }

  /**
   * Encodes commands with each dispatch between timestamps. Call the returned function after the submit; it prints
   * them.
   */
  encode(encoder: GPUCommandEncoder, commands: readonly Command[]): () => void {
    const hasClock = this.#gpu.features.has('timestamp-query');
    const stamps = commands.map((command) => {
      const work = (): void => encode(encoder, [command]);
      if (!hasClock || command.kind !== 'dispatch') {
        work();
        return undefined;
      }
      const stamp = new Timestamps(this.#gpu);
      stamp.around(encoder, work);
      return stamp;
    });
    return () => {
      const times = stamps.map((stamp) => stamp?.read().catch(() => undefined)); // a disposed device cannot be read
      this.#printed = this.#printed.then(async () => {
        for (const [i, command] of commands.entries()) this.#print(command, await times[i]);
      });
    };
  }

  /** Prints commands that are timed as a whole, where timestamps in between would distort the time. */
  list(commands: readonly Command[]): void {
    for (const command of commands) this.#print(command);
  }

  #print(command: Command, milliseconds?: number): void {
    if (command.kind === 'dispatch') {
      const time = milliseconds === undefined ? '' : `  ${milliseconds.toFixed(3)} ms`;
      console.error(`dispatch ${command.about}  grid ${command.grid.join(' x ')}${time}`);
    } else console.error(`${command.kind} ${command.bytes} bytes`);
  }
}
