import { type Shape, sizeOf } from '../../../../core/shape.ts';
import { unary } from '../elementwise/unary.ts';
import type { ProductActivation } from '../matmul/matmul.ts';
import { map, type NdArray, zeros } from '../ndarray.ts';
import { eachTap, type Windows } from './windows.ts';

export interface ConvolutionAttributes {
  readonly windows: Windows;
  /** Number of groups that the channels are split into, each with its own filters. */
  readonly groups: number;
  readonly activation?: ProductActivation;
  /** The shape of the images that windows slide over: the input of a convolution, the output of a transposed one. */
  readonly image: Shape;
}

type Visit = (pixel: number, weight: number, feature: number) => void;

/**
 * Calls `visit` with the positions in image, filter and feature map of each product of a convolution; image
 * `[n, h, w, c]`, filter `[kh, kw, c / groups, f]`.
 */
function eachProduct({ windows, groups, image }: ConvolutionAttributes, filter: Shape, visit: Visit): void {
  const [images, height, width, channels] = image;
  const [, , depth, features] = filter;
  const perGroup = features / groups;
  for (let n = 0; n < images; n++) {
    eachTap(windows, [height, width], (window, tap, pixel) => {
      const from = (n * height * width + pixel) * channels;
      const to = (n * sizeOf(windows.count) + window) * features;
      for (let f = 0; f < features; f++) {
        for (let c = 0; c < depth; c++) {
          visit(from + Math.floor(f / perGroup) * depth + c, (tap * depth + c) * features + f, to + f);
        }
      }
    });
  }
}

/** y = f(sums + bias), bias along the last axis. */
function finish(y: NdArray, bias: NdArray | undefined, activation: ProductActivation | undefined): NdArray {
  const z = bias ? map(y, (value, i) => value + bias.data[i % bias.data.length]) : y;
  return activation ? map(z, (value) => unary[activation].f(value)) : z;
}

type Saved = { readonly inputs: readonly NdArray[]; readonly y: NdArray };

/** The gradient dz of the sums, and the gradient of the bias. */
function unfinish(dy: NdArray, { inputs: [, , bias], y }: Saved, activation: ProductActivation | undefined) {
  const dz = activation ? map(dy, (value, i) => value * unary[activation].df(y.data[i], y.data[i])) : dy;
  if (bias === undefined) return { dz, dbias: [] };
  const dbias = zeros(bias.shape);
  for (let i = 0; i < dz.data.length; i++) dbias.data[i % bias.data.length] += dz.data[i];
  return { dz, dbias: [dbias] };
}

/**
 * A map between images and features, with bias and activation; `products` visits input, weight and output of each
 * product.
 */
function convolution(
  products: typeof eachProduct,
  shapeOf: (attributes: ConvolutionAttributes, filter: Shape) => Shape,
) {
  return {
    forward: ([x, filter, bias]: readonly NdArray[], attributes: ConvolutionAttributes): NdArray => {
      const y = zeros(shapeOf(attributes, filter.shape));
      products(attributes, filter.shape, (from, weight, to) => {
        y.data[to] += x.data[from] * filter.data[weight];
      });
      return finish(y, bias, attributes.activation);
    },
    backward: (dy: NdArray, saved: Saved, attributes: ConvolutionAttributes): readonly NdArray[] => {
      const [x, filter] = saved.inputs;
      const { dz, dbias } = unfinish(dy, saved, attributes.activation);
      const [dx, dfilter] = [zeros(x.shape), zeros(filter.shape)];
      products(attributes, filter.shape, (from, weight, to) => {
        dx.data[from] += dz.data[to] * filter.data[weight];
        dfilter.data[weight] += dz.data[to] * x.data[from];
      });
      return [dx, dfilter, ...dbias];
    },
  };
}

/** y[n, o, f] = sum over taps and channels of x[n, pixel, c] filter[tap, c, f], then bias and activation. */
export const conv2d = convolution(eachProduct, ({ image, windows }, filter) => [image[0], ...windows.count, filter[3]]);

/** y[n, pixel, c] = sum over f, and the windows o that contain the pixel, of x[n, o, f] filter[tap, c, f]. */
export const convTranspose2d = convolution(
  (attributes, filter, visit) =>
    eachProduct(attributes, filter, (pixel, weight, feature) => visit(feature, weight, pixel)),
  ({ image }) => image,
);
