import type { HostArray } from '../../library.ts';
import { batchNorm, columnSums, matmul, relu, softmax } from './kernels.ts';

const MOMENTUM = 0.99; // of the running averages
const ADAM = { rate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 };

/** A weight and its moments. */
class Weight {
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

/** `y = x kernel + bias`. */
class Dense {
  readonly #kernel: Weight;
  readonly #bias: Weight;
  readonly #shape: readonly number[];
  #x: HostArray = { data: new Float32Array(), shape: [0, 0] };

  constructor({ data, shape }: HostArray) {
    this.#kernel = new Weight(data);
    this.#bias = new Weight(new Float32Array(shape[1]));
    this.#shape = shape;
  }

  get #kernelArray(): HostArray {
    return { data: this.#kernel.data, shape: this.#shape };
  }

  forward(x: HostArray): HostArray {
    this.#x = x;
    const y = matmul(x, this.#kernelArray, {});
    const columns = y.shape[1];
    for (let i = 0; i < y.data.length; i += columns) {
      for (let j = 0; j < columns; j++) y.data[i + j] += this.#bias.data[j];
    }
    return y;
  }

  /** Moves the weights; the gradient of x is left out for the first layer. */
  backward(dy: HostArray, t: number, needsDx: boolean): HostArray {
    const dx = needsDx ? matmul(dy, this.#kernelArray, { transposeB: true }) : dy;
    this.#kernel.update(matmul(this.#x, dy, { transposeA: true }).data, t);
    this.#bias.update(
      columnSums(dy, (value) => value),
      t,
    );
    return dx;
  }
}

/** Batch normalisation, ReLU and dropout. */
class Block {
  readonly #gamma: Weight;
  readonly #beta: Weight;
  readonly #rate: number;
  readonly #movingMean: Float32Array;
  readonly #movingVariance: Float32Array;
  #saved = { normal: new Float32Array(), scale: new Float64Array(), slope: new Float32Array() };

  constructor(units: number, rate: number) {
    this.#gamma = new Weight(new Float32Array(units).fill(1));
    this.#beta = new Weight(new Float32Array(units));
    this.#rate = rate;
    this.#movingMean = new Float32Array(units);
    this.#movingVariance = new Float32Array(units).fill(1);
  }

  forward(x: HostArray): HostArray {
    const { y, normal, mean, variance, scale } = batchNorm(x, this.#gamma.data, this.#beta.data);
    for (let j = 0; j < mean.length; j++) {
      this.#movingMean[j] += (1 - MOMENTUM) * (mean[j] - this.#movingMean[j]);
      this.#movingVariance[j] += (1 - MOMENTUM) * (variance[j] - this.#movingVariance[j]);
    }
    relu(y);
    const slope = new Float32Array(y.length); // of ReLU and dropout together
    for (let i = 0; i < y.length; i++) {
      const kept = this.#rate === 0 || Math.random() >= this.#rate;
      slope[i] = y[i] > 0 && kept ? 1 / (1 - this.#rate) : 0;
      y[i] *= slope[i];
    }
    this.#saved = { normal, scale, slope };
    return { data: y, shape: x.shape };
  }

  backward(da: HostArray, t: number): HostArray {
    const { normal, scale, slope } = this.#saved;
    const [rows, columns] = da.shape;
    const dy = { data: da.data.map((value, i) => value * slope[i]), shape: da.shape };
    const dbeta = columnSums(dy, (value) => value);
    const dgamma = columnSums(dy, (value, _, i) => value * normal[i]);
    const dx = new Float32Array(dy.data.length);
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) {
        const at = i * columns + j;
        const centred = dy.data[at] - (dbeta[j] + normal[at] * dgamma[j]) / rows;
        dx[at] = this.#gamma.data[j] * scale[j] * centred;
      }
    }
    this.#gamma.update(dgamma, t);
    this.#beta.update(dbeta, t);
    return { data: dx, shape: da.shape };
  }
}

/** The lecture's network with its optimizer. */
export class Network {
  readonly #dense: readonly Dense[];
  readonly #blocks: readonly Block[];
  #t = 0;

  constructor(kernels: readonly HostArray[], dropout: number) {
    this.#dense = kernels.map((kernel) => new Dense(kernel));
    this.#blocks = kernels.slice(0, -1).map(({ shape }) => new Block(shape[1], dropout));
  }

  /** One step; returns the loss before it. */
  step(x: HostArray, y: HostArray): number {
    this.#t++;
    let activations = x;
    for (const [i, layer] of this.#dense.entries()) {
      const z = layer.forward(activations);
      activations = this.#blocks[i]?.forward(z) ?? { data: softmax(z), shape: z.shape };
    }
    const [rows] = y.shape;
    let loss = 0;
    for (let i = 0; i < y.data.length; i++) {
      if (y.data[i] > 0) loss -= (y.data[i] * Math.log(activations.data[i])) / rows;
    }
    let gradient = { data: activations.data.map((p, i) => (p - y.data[i]) / rows), shape: y.shape };
    for (let i = this.#dense.length - 1; i >= 0; i--) {
      gradient = this.#blocks[i]?.backward(gradient, this.#t) ?? gradient;
      gradient = this.#dense[i].backward(gradient, this.#t, i > 0);
    }
    return loss;
  }
}
