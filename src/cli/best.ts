import type { Callback, Logs, Memory } from '../train/callbacks/callback.ts';
import { numbersIn, numbersOf } from '../train/callbacks/memory.ts';
import type { Model } from '../train/model.ts';

/** Keeps the weights of the best epoch: by validation accuracy or, without validation, by training loss. */
export class BestWeights implements Callback {
  /** Counted from 1. */
  epoch = 0;
  readonly #model: Model;
  #score = Number.NEGATIVE_INFINITY;
  #weights: Awaited<ReturnType<Model['getWeights']>> | undefined;

  readonly memory: Memory = {
    name: 'best weights',
    save: async () => ({ ...numbersOf({ epoch: this.epoch, score: this.#score }), ...this.#weights }),
    restore: ({ epoch, score, ...weights }) => {
      ({ epoch: this.epoch, score: this.#score } = numbersIn({ epoch, score }));
      if (this.epoch > 0) this.#weights = weights;
    },
  };

  constructor(model: Model) {
    this.#model = model;
  }

  async onEpochEnd(epoch: number, { loss, val_accuracy: accuracy }: Logs): Promise<void> {
    const score = accuracy ?? -loss;
    if (score < this.#score) return; // on a tie, the later epoch has trained longer
    this.#score = score;
    this.epoch = epoch + 1;
    this.#weights = await this.#model.getWeights();
  }

  /** Puts the best weights back into the model. */
  restore(): void {
    if (this.#weights !== undefined) this.#model.setWeights(this.#weights);
  }
}
