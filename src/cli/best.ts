import type { Callback, Logs } from '../train/callbacks.ts';
import type { Model } from '../train/model.ts';

/** Keeps the weights of the best epoch: by validation accuracy, or by training loss where nothing is validated. */
export class BestWeights implements Callback {
  /** Counted from 1. */
  epoch = 0;
  readonly #model: Model;
  #score = Number.NEGATIVE_INFINITY;
  #weights: Awaited<ReturnType<Model['getWeights']>> | undefined;

  constructor(model: Model) {
    this.#model = model;
  }

  async onEpochEnd(epoch: number, { loss, val_accuracy: accuracy }: Logs): Promise<void> {
    const score = accuracy ?? -loss;
    if (score < this.#score) return; // of equals the later, which has learned more
    this.#score = score;
    this.epoch = epoch + 1;
    this.#weights = await this.#model.getWeights();
  }

  /** Puts the best weights back into the model. */
  restore(): void {
    if (this.#weights !== undefined) this.#model.setWeights(this.#weights);
  }
}
