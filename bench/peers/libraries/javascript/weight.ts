const ADAM = { rate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 };

/** A weight and its moments. */
export class Weight {
  readonly data: Float32Array<ArrayBuffer>;
  readonly #mean: Float32Array;
  readonly #square: Float32Array;

  constructor(data: Float32Array<ArrayBuffer>) {
    this.data = data.slice();
    this.#mean = new Float32Array(data.length);
    this.#square = new Float32Array(data.length);
  }

  /** Adam's update in step t = 1, 2, ... */
  update(gradient: ArrayLike<number>, t: number): void {
    const { rate, beta1, beta2, epsilon } = ADAM;
    const correction1 = 1 - beta1 ** t;
    const correction2 = 1 - beta2 ** t;
    for (let i = 0; i < this.data.length; i++) {
      const g = gradient[i];
      this.#mean[i] += (1 - beta1) * (g - this.#mean[i]);
      this.#square[i] += (1 - beta2) * (g * g - this.#square[i]);
      this.data[i] -= (rate * (this.#mean[i] / correction1)) / (Math.sqrt(this.#square[i] / correction2) + epsilon);
    }
  }
}
