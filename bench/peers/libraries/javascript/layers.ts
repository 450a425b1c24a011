import type { HostArray } from '../../library.ts';
import { batchNorm, columnSums, matmul, relu } from './kernels.ts';
import { Weight } from './weight.ts';

const MOMENTUM = 0.99; // of the running averages

export interface Layer {
  forward(x: HostArray): HostArray;
  /** Moves the weights in step t; the gradient of x may be left out for the first layer. */
  backward(dy: HostArray, t: number, needsDx: boolean): HostArray;
}

/** `y = x kernel + bias` for rows x. */
export class Product implements Layer {
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

/** `y = x kernel + bias`, each x taken as a row. */
export class Dense implements Layer {
  readonly #product: Product;
  #shape: readonly number[] = [];

  constructor(kernel: HostArray) {
    this.#product = new Product(kernel);
  }

  forward({ data, shape }: HostArray): HostArray {
    this.#shape = shape;
    return this.#product.forward({ data, shape: [shape[0], data.length / shape[0]] });
  }

  backward(dy: HostArray, t: number, needsDx: boolean): HostArray {
    return { data: this.#product.backward(dy, t, needsDx).data, shape: this.#shape };
  }
}

/** max(x, 0) */
export class Relu implements Layer {
  #y: Float32Array = new Float32Array();

  forward({ data, shape }: HostArray): HostArray {
    const y = relu(data.slice());
    this.#y = y;
    return { data: y, shape };
  }

  backward({ data, shape }: HostArray): HostArray {
    return { data: data.map((value, i) => (this.#y[i] > 0 ? value : 0)), shape };
  }
}

/** Batch normalisation, ReLU and dropout. */
export class Block implements Layer {
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
