import { enterStep } from '../../core/random/state.ts';
import type { Tensor } from '../../core/tensor/tensor.ts';
import type { Trainable } from '../trainable.ts';
import { Copies } from './copies.ts';

/** What training changes, by name: weights, running statistics and, once it is built, the optimizer's slots. */
export function stateOf({ network, optimizer }: Trainable): Record<string, Tensor> {
  const weights = network.parameters.map((p) => [`weights/${network.nameOf(p)}`, p] as const);
  const slots = Object.entries(optimizer.slots).flatMap(([role, tensors]) =>
    tensors.map((t, i) => [`optimizer/${role}/${network.nameOf(optimizer.parameters[i])}`, t] as const),
  );
  return Object.fromEntries<Tensor>([...weights, ...slots]);
}

/** A state of training that can be restored: copies of its tensors on the device, and its counters. */
export class Snapshot {
  readonly #trainable: Trainable;
  readonly #copies: Copies;
  #calls = 0;
  #step = 0;

  constructor(trainable: Trainable) {
    this.#trainable = trainable;
    this.#copies = new Copies(Object.values(stateOf(trainable)));
    this.take();
  }

  take(): void {
    const { optimizer, network } = this.#trainable;
    this.#copies.take();
    this.#calls = optimizer.calls;
    this.#step = network.random.step;
  }

  restore(): void {
    const { optimizer, network } = this.#trainable;
    this.#copies.restore();
    optimizer.calls = this.#calls;
    enterStep(network.random, network.device, this.#step);
  }

  dispose(): void {
    this.#copies.dispose();
  }
}
