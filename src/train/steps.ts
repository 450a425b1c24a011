import { type Compiled, compile } from '../compile.ts';
import type { Tensor } from '../tensor.ts';

/** Steps over a data set, captured once for each size of batch. */
export class Steps {
  readonly #step: (size: number) => readonly Tensor[];
  readonly #bySize = new Map<number, Compiled<[], readonly Tensor[]>>();

  constructor(step: (size: number) => readonly Tensor[]) {
    this.#step = step;
  }

  run(size: number): readonly Tensor[] {
    let compiled = this.#bySize.get(size);
    if (compiled === undefined) {
      compiled = compile(() => this.#step(size));
      this.#bySize.set(size, compiled);
    }
    return compiled();
  }

  dispose(): void {
    for (const compiled of this.#bySize.values()) compiled.dispose();
  }
}
