import type { HostArray } from '../../library.ts';
import { Convolution, MaxPool } from './convolution.ts';
import { softmax } from './kernels.ts';
import { Block, Dense, type Layer, Relu } from './layers.ts';

/** The lecture's network. */
export const lecture = (kernels: readonly HostArray[], dropout: number): Network =>
  new Network(
    kernels.flatMap((kernel, i) =>
      i < kernels.length - 1 ? [new Dense(kernel), new Block(kernel.shape[1], dropout)] : [new Dense(kernel)],
    ),
  );

/** Convolutions, each with ReLU and a pool, before a dense layer. */
export const convolutional = (kernels: readonly HostArray[]): Network =>
  new Network(
    kernels.flatMap((kernel): Layer[] =>
      kernel.shape.length === 4 ? [new Convolution(kernel), new Relu(), new MaxPool()] : [new Dense(kernel)],
    ),
  );

/** A classifier with its optimizer. */
class Network {
  readonly #layers: readonly Layer[];
  #t = 0;

  constructor(layers: readonly Layer[]) {
    this.#layers = layers;
  }

  /** One step; returns the loss before it. */
  step(x: HostArray, y: HostArray): number {
    this.#t++;
    let activations = x;
    for (const layer of this.#layers) activations = layer.forward(activations);
    const probabilities = softmax(activations);
    const [rows] = y.shape;
    let loss = 0;
    for (let i = 0; i < y.data.length; i++) {
      if (y.data[i] > 0) loss -= (y.data[i] * Math.log(probabilities[i])) / rows;
    }
    let gradient: HostArray = { data: probabilities.map((p, i) => (p - y.data[i]) / rows), shape: y.shape };
    for (let i = this.#layers.length - 1; i >= 0; i--) gradient = this.#layers[i].backward(gradient, this.#t, i > 0);
    return loss;
  }
}
