import type { HostArray, Job, Library, Workload } from '../library.ts';
import { batchNorm, matmul, relu, softmax, sum } from './javascript/kernels.ts';
import { convolutional, lecture } from './javascript/network.ts';

/** What computes each kind of workload from its inputs. */
const forms = {
  train: ({ dropout = 0 }: Workload, [x, y, ...kernels]: readonly HostArray[]) => {
    const network = lecture(kernels, dropout);
    return () => Float32Array.of(network.step(x, y));
  },
  trainConvolutions: (_: Workload, [x, y, ...kernels]: readonly HostArray[]) => {
    const network = convolutional(kernels);
    return () => Float32Array.of(network.step(x, y));
  },
  matmul:
    ({ transposeA, transposeB }: Workload, [a, b]: readonly HostArray[]) =>
    () =>
      matmul(a, b, { transposeA, transposeB }).data,
  batchNormRelu:
    (_: Workload, [x, gamma, beta]: readonly HostArray[]) =>
    () =>
      relu(batchNorm(x, gamma.data, beta.data).y),
  softmax:
    (_: Workload, [x]: readonly HostArray[]) =>
    () =>
      softmax(x),
  sum:
    (_: Workload, [x]: readonly HostArray[]) =>
    () =>
      Float32Array.of(sum(x.data)),
};

/** Loops over typed arrays, as one writes them without a library: one thread, sums in float64. The others are checked by it. */
export const javascript: Library = {
  prepare: (workload, inputs): Job => {
    const compute = forms[workload.kind](workload, inputs);
    let last = new Float32Array();
    return {
      run: () => {
        last = compute();
      },
      result: async () => last,
    };
  },
};
