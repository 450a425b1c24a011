import type { HostArray } from '../../library.ts';
import { type Layer, Product } from './layers.ts';

/** Calls `visit` with each element of each window of a padded image, by its place in the rows and in the images. */
function eachTap(
  [images, height, width, channels]: readonly number[],
  [rows, columns]: readonly number[],
  visit: (inRows: number, inImages: number) => void,
): void {
  const [top, left] = [(rows - 1) >> 1, (columns - 1) >> 1];
  let at = 0;
  for (let n = 0; n < images; n++) {
    for (let i = 0; i < height * width; i++) {
      for (let tap = 0; tap < rows * columns; tap++, at += channels) {
        const y = Math.floor(i / width) + Math.floor(tap / columns) - top;
        const x = (i % width) + (tap % columns) - left;
        if (y < 0 || y >= height || x < 0 || x >= width) continue;
        const from = ((n * height + y) * width + x) * channels;
        for (let c = 0; c < channels; c++) visit(at + c, from + c);
      }
    }
  }
}

/** Convolution with stride 1 that keeps the size: a product of rows of windows. Filters are `[rows, columns, in, out]`. */
export class Convolution implements Layer {
  readonly #product: Product;
  readonly #filter: readonly number[];
  #shape: readonly number[] = [];

  constructor({ data, shape }: HostArray) {
    this.#filter = shape;
    this.#product = new Product({ data, shape: [shape[0] * shape[1] * shape[2], shape[3]] });
  }

  forward(x: HostArray): HostArray {
    this.#shape = x.shape;
    const [images, height, width, channels] = x.shape;
    const shape = [images * height * width, this.#filter[0] * this.#filter[1] * channels];
    const windows = new Float32Array(shape[0] * shape[1]);
    eachTap(x.shape, this.#filter, (to, from) => {
      windows[to] = x.data[from];
    });
    const { data } = this.#product.forward({ data: windows, shape });
    return { data, shape: [images, height, width, this.#filter[3]] };
  }

  backward({ data, shape }: HostArray, t: number, needsDx: boolean): HostArray {
    const rows = { data, shape: [data.length / shape[3], shape[3]] };
    const windows = this.#product.backward(rows, t, needsDx);
    const dx = new Float32Array(this.#shape.reduce((product, length) => product * length, 1));
    if (needsDx) {
      eachTap(this.#shape, this.#filter, (from, to) => {
        dx[to] += windows.data[from];
      });
    }
    return { data: dx, shape: this.#shape };
  }
}

/** The largest of each 2 x 2 pixels. */
export class MaxPool implements Layer {
  #shape: readonly number[] = [];
  #chosen = new Uint32Array();

  forward(x: HostArray): HostArray {
    const [images, height, width, channels] = x.shape;
    const shape = [images, height / 2, width / 2, channels];
    const data = new Float32Array(x.data.length / 4);
    this.#shape = x.shape;
    this.#chosen = new Uint32Array(data.length);
    let at = 0;
    for (let row = 0; row < (images * height) / 2; row++) {
      for (let column = 0; column < width / 2; column++) {
        for (let c = 0; c < channels; c++, at++) {
          const first = (2 * row * width + 2 * column) * channels + c;
          const window = [first, first + channels, first + width * channels, first + (width + 1) * channels];
          const chosen = window.reduce((best, i) => (x.data[i] > x.data[best] ? i : best));
          data[at] = x.data[chosen];
          this.#chosen[at] = chosen;
        }
      }
    }
    return { data, shape };
  }

  backward(dy: HostArray): HostArray {
    const data = new Float32Array(4 * dy.data.length);
    for (let i = 0; i < dy.data.length; i++) data[this.#chosen[i]] = dy.data[i];
    return { data, shape: this.#shape };
  }
}
