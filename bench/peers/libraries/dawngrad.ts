import {
  activation,
  adam,
  batchNormalization,
  batchNormTraining,
  categoricalCrossentropy,
  compile,
  conv2d,
  type Device,
  dense,
  dropout,
  flatten,
  init,
  type Model,
  matmul,
  maxPool2d,
  sequential,
  softmax,
  sum,
  Tape,
  type Tensor,
  tensor,
} from '../../../src/browser.ts';
import { enterStep } from '../../../src/core/random/state.ts';
import type { HostArray, Job, Library, Workload } from '../library.ts';

const upload = ({ data, shape }: HostArray): Tensor => tensor(data, { shape });

/** A training step of a model on one batch. */
function stepOf(model: Model, { x, y, random }: { x: HostArray; y: HostArray; random: Device['random'] }) {
  model.build(x.shape.slice(1));
  const parameters = model.trainableParameters;
  const loss = categoricalCrossentropy();
  // Where epsilon is added as the other libraries do it; Keras adds it before the correction.
  const optimizer = adam({ convention: 'pytorch', epsilon: 1e-7 });
  const [images, labels] = [x, y].map(upload);
  return () => {
    enterStep(random, images.device);
    using tape = new Tape();
    const value = loss(labels, model.call(images, true));
    optimizer.apply(tape.gradient(value, parameters), parameters);
    return value;
  };
}

/** What computes each kind of workload; the whole of it is captured by `compile`. */
const forms = {
  train: ({ dropout: rate = 0 }: Workload, [x, y, ...kernels]: readonly HostArray[], { random }: Device) => {
    const [first, second, last] = kernels.map(({ data, shape }) => ({
      units: shape[1],
      kernelInitializer: () => data,
    }));
    const block = () => [batchNormalization(), activation('relu'), dropout({ rate })];
    const output = dense({ ...last, activation: 'softmax' });
    return stepOf(sequential([dense(first), ...block(), dense(second), ...block(), output]), { x, y, random });
  },
  trainConvolutions: (_: Workload, [x, y, ...kernels]: readonly HostArray[], { random }: Device) => {
    const convolution = ({ data, shape }: HostArray) =>
      conv2d({
        filters: shape[3],
        kernelSize: shape[0],
        padding: 'same',
        activation: 'relu',
        kernelInitializer: () => data,
      });
    const [first, second, last] = kernels;
    const output = dense({ units: last.shape[1], kernelInitializer: () => last.data, activation: 'softmax' });
    const model = sequential([convolution(first), maxPool2d(), convolution(second), maxPool2d(), flatten(), output]);
    return stepOf(model, { x, y, random });
  },
  matmul: ({ transposeA = false, transposeB = false }: Workload, inputs: readonly HostArray[]) => {
    const [a, b] = inputs.map(upload);
    return () => matmul(a, b, { transposeA, transposeB });
  },
  batchNormRelu: (_: Workload, inputs: readonly HostArray[]) => {
    const [x, gamma, beta] = inputs.map(upload);
    return () => batchNormTraining(x, gamma, beta, { activation: 'relu' });
  },
  softmax: (_: Workload, inputs: readonly HostArray[]) => {
    const [x] = inputs.map(upload);
    return () => softmax(x);
  },
  sum: (_: Workload, inputs: readonly HostArray[]) => {
    const [x] = inputs.map(upload);
    return () => sum(x);
  },
};

/** Opens this library on `navigator.gpu`, which is Dawn in Node. */
export async function open(): Promise<Library> {
  const device = await init({ backend: 'webgpu', seed: 1 });
  return {
    prepare: async (workload, inputs): Promise<Job> => {
      const compute = compile(forms[workload.kind](workload, inputs, device));
      await compute.tune();
      let last: Tensor | undefined;
      return {
        run: () => {
          last?.dispose();
          last = compute();
        },
        result: async () => Float32Array.from((await last?.data()) ?? []),
      };
    },
    queue: { flush: () => device.flush(), wait: () => device.sync() },
  };
}
