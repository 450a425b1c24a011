import { enterStep } from '../../core/randomState.ts';
import type { Tensor } from '../../core/tensor.ts';
import type { Model } from '../model.ts';
import { Copies } from './copies.ts';

/** What training changes, by name: weights, running statistics, and what the optimizer remembers once it was built. */
export function stateOf(model: Model): Record<string, Tensor> {
  const { parameters, optimizer } = model;
  const weights = parameters.map((p) => [`weights/${model.nameOf(p)}`, p] as const);
  const slots = Object.entries(optimizer.slots).flatMap(([role, tensors]) =>
    tensors.map((t, i) => [`optimizer/${role}/${model.nameOf(optimizer.parameters[i])}`, t] as const),
  );
  return Object.fromEntries<Tensor>([...weights, ...slots]);
}

/** A moment of training that can be returned to: that state on the device, and the counters that go with it. */
export class Snapshot {
  readonly #model: Model;
  readonly #copies: Copies;
  #calls = 0;
  #step = 0;

  constructor(model: Model) {
    this.#model = model;
    this.#copies = new Copies(Object.values(stateOf(model)));
    this.take();
  }

  take(): void {
    const { optimizer, random } = this.#model;
    this.#copies.take();
    this.#calls = optimizer.calls;
    this.#step = random.step;
  }

  restore(): void {
    const { optimizer, device, random } = this.#model;
    this.#copies.restore();
    optimizer.calls = this.#calls;
    enterStep(random, device, this.#step);
  }

  dispose(): void {
    this.#copies.dispose();
  }
}
