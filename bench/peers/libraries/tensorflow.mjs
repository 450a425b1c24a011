import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import '@tensorflow/tfjs-backend-webgpu';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';

const EPSILON = 1e-3; // of batch normalisation, Keras's
const MOMENTUM = 0.99; // of its running averages

const upload = ({ data, shape }) => tf.tensor(data, shape);

/** Batch normalisation with the statistics of the batch. Its wasm and WebGPU backends have a kernel for given statistics. */
function normalise(x, gamma, beta) {
  const { mean, variance } = tf.moments(x, 0);
  return { y: tf.batchNorm(x, mean, variance, beta, gamma, EPSILON), mean, variance };
}

/** Batch normalisation with its running averages, ReLU and dropout. */
function block(units, rate) {
  const gamma = tf.variable(tf.ones([units]));
  const beta = tf.variable(tf.zeros([units]));
  const movingMean = tf.variable(tf.zeros([units]), false);
  const movingVariance = tf.variable(tf.ones([units]), false);
  const move = (average, value) => average.assign(tf.add(tf.mul(average, MOMENTUM), tf.mul(value, 1 - MOMENTUM)));
  return (x) => {
    const { y, mean, variance } = normalise(x, gamma, beta);
    move(movingMean, mean);
    move(movingVariance, variance);
    return tf.dropout(tf.relu(y), rate);
  };
}

/** Convolution, bias and ReLU in one kernel, and a pool. */
function convolution(initial) {
  const filter = tf.variable(initial);
  const bias = tf.variable(tf.zeros([initial.shape[3]]));
  const options = { filter, bias, strides: 1, pad: 'same', activation: 'relu' };
  return (x) => tf.maxPool(tf.fused.conv2d({ x, ...options }), 2, 2, 'valid');
}

/** `x kernel + bias` in one kernel, as its own layers do it. */
function dense(initial) {
  const kernel = tf.variable(initial);
  const bias = tf.variable(tf.zeros([initial.shape[1]]));
  return (x) => tf.fused.matMul({ a: x, b: kernel, bias });
}

function stepOf(layers, x, y) {
  const optimizer = tf.train.adam(0.001, 0.9, 0.999, 1e-7);
  // From the logits: one formula for softmax and cross-entropy, with a gradient of its own.
  const loss = () => {
    const logits = layers.reduce((activations, layer) => layer(activations), x);
    return tf.losses.softmaxCrossEntropy(y, logits);
  };
  return () => optimizer.minimize(loss, true);
}

const forms = {
  train: ({ dropout }, [x, y, ...kernels]) => {
    const layers = kernels.flatMap((kernel, i) =>
      i < kernels.length - 1 ? [dense(kernel), block(kernel.shape[1], dropout)] : [dense(kernel)],
    );
    return stepOf(layers, x, y);
  },
  trainConvolutions: (_, [x, y, first, second, last]) => {
    const flatten = (images) => tf.reshape(images, [images.shape[0], -1]);
    return stepOf([convolution(first), convolution(second), flatten, dense(last)], x, y);
  },
  matmul:
    ({ transposeA, transposeB }, [a, b]) =>
    () =>
      tf.matMul(a, b, transposeA, transposeB),
  batchNormRelu:
    (_, [x, gamma, beta]) =>
    () =>
      tf.relu(normalise(x, gamma, beta).y),
  softmax:
    (_, [x]) =>
    () =>
      tf.softmax(x),
  sum:
    (_, [x]) =>
    () =>
      tf.sum(x),
};

/** Opens TensorFlow.js on a backend, `webgpu` or `wasm`. */
export async function open(name, { wasmFolder }) {
  setWasmPaths(wasmFolder);
  if (!(await tf.setBackend(name))) throw new Error(`TensorFlow.js has no ${name} backend here`);
  return {
    prepare: (workload, inputs) => {
      const compute = forms[workload.kind](workload, inputs.map(upload));
      let last;
      return {
        run: () => {
          last?.dispose();
          last = tf.tidy(compute);
        },
        result: () => last.data(),
      };
    },
    ...(name === 'webgpu' && { queue: queueOf(tf.backend()) }),
  };
}

const queueOf = (backend) => ({
  // The backend submits every 15 dispatches by itself, and the rest only when somebody reads.
  flush: () => {
    backend.ensureCommandEncoderReady();
    backend.endComputePassEncoder();
    backend.submitQueue();
  },
  wait: () => backend.queue.onSubmittedWorkDone(),
});
