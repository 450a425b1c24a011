// In jax-js a function uses up its arguments; `.ref` keeps one for another use.
import {
  defaultDevice,
  getWebGPUDevice,
  init,
  jit,
  lax,
  nn,
  numpy as np,
  random,
  tree,
  valueAndGrad,
} from '@jax-js/jax';

const EPSILON = 1e-3; // of batch normalisation, Keras's
const MOMENTUM = 0.99; // of its running averages
const ADAM = { rate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 };

const upload = ({ data, shape }) => np.array(data, { shape });

/** Batch normalisation with the statistics of the batch. */
function normalise(x, gamma, beta) {
  const mean = np.mean(x.ref, 0);
  const variance = np.var_(x.ref, 0, { mean: mean.ref });
  const normal = nn.standardize(x, 0, { mean: mean.ref, variance: variance.ref, epsilon: EPSILON });
  return { y: normal.mul(gamma).add(beta), mean, variance };
}

const average = (old, value) => old.mul(MOMENTUM).add(value.mul(1 - MOMENTUM));

/** Adam for one weight; `@jax-js/optax` is not on the registry. The corrections are `1 - beta^t`. */
function adam(weight, { mean, square, gradient, correction1, correction2 }) {
  const { rate, beta1, beta2, epsilon } = ADAM;
  const newMean = mean.mul(beta1).add(gradient.ref.mul(1 - beta1));
  const newSquare = square.mul(beta2).add(np.square(gradient).mul(1 - beta2));
  const root = np.sqrt(newSquare.ref.div(correction2)).add(epsilon);
  return [weight.sub(newMean.ref.div(correction1).mul(rate).div(root)), newMean, newSquare];
}

const crossEntropy = (logits, y) =>
  nn
    .logSoftmax(logits)
    .mul(y)
    .sum()
    .mul(-1 / y.shape[0]);

/** Loss of the lecture's network, and the running averages after it. Of each layer but the last: kernel, bias, gamma, beta. */
const lecture =
  (rate) =>
  (weights, { x, y, moving, keys }) => {
    let activations = x;
    const moved = [];
    for (let i = 0; i < weights.length; i += 4) {
      const [kernel, bias, gamma, beta] = weights.slice(i, i + 4);
      activations = np.dot(activations, kernel).add(bias);
      if (gamma === undefined) break;
      const { y: normal, mean, variance } = normalise(activations, gamma, beta);
      const [oldMean, oldVariance] = moving.slice(moved.length);
      const key = keys[moved.length / 2];
      moved.push(average(oldMean, mean), average(oldVariance, variance));
      activations = nn.relu(normal);
      if (rate === 0) continue;
      const kept = random.bernoulli(key, 1 - rate, activations.shape);
      activations = np.where(kept, activations.mul(1 / (1 - rate)), 0);
    }
    return [crossEntropy(activations, y), moved];
  };

/** The largest of each 2 x 2 pixels. */
const pool = (x) => lax.reduceWindow(x, np.max, [2, 2], [2, 2]);

/** Loss of convolutions, each with ReLU and a pool, before a dense layer. Images are [n, channels, rows, columns] here. */
function convolutional(weights, { x, y }) {
  let activations = x;
  for (let i = 0; i < weights.length - 2; i += 2) {
    const [filter, bias] = weights.slice(i, i + 2);
    const convolved = lax.conv(activations, filter, [1, 1], 'SAME').add(bias.reshape([1, -1, 1, 1]));
    activations = pool(nn.relu(convolved));
  }
  const [kernel, bias] = weights.slice(-2);
  const logits = np.dot(activations.reshape([y.shape[0], -1]), kernel).add(bias);
  return [crossEntropy(logits, y), []];
}

/** One training step as a function of everything that it changes, to be compiled as a whole. */
const trainStep = (network, layersWithDropout) => (state, x, y) => {
  const [key, ...keys] = layersWithDropout === 0 ? [state.key] : random.split(state.key, 1 + layersWithDropout);
  const lossOf = (weights) => network(weights, { x, y, moving: state.moving, keys });
  const [[loss, moving], gradients] = valueAndGrad(lossOf, { hasAux: true })(tree.ref(state.weights));
  const power1 = state.power1.mul(ADAM.beta1);
  const power2 = state.power2.mul(ADAM.beta2);
  const updated = state.weights.map((weight, i) =>
    adam(weight, {
      mean: state.means[i],
      square: state.squares[i],
      gradient: gradients[i],
      correction1: np.subtract(1, power1.ref),
      correction2: np.subtract(1, power2.ref),
    }),
  );
  const [weights, means, squares] = [0, 1, 2].map((part) => updated.map((parts) => parts[part]));
  return [{ weights, means, squares, moving, power1, power2, key }, loss];
};

/** Weights with what Adam and batch normalisation keep. */
function firstState(weights, moving = []) {
  const zeros = () => weights.map(({ shape }) => np.zeros(shape));
  return {
    weights,
    means: zeros(),
    squares: zeros(),
    moving,
    power1: np.array(1),
    power2: np.array(1),
    key: random.key(1),
  };
}

/** Steps one after another on the same batch. */
function training(trainStep, state, [x, y]) {
  const step = jit(trainStep);
  let last = state;
  return () => {
    const [next, loss] = step(last, x.ref, y.ref);
    last = next;
    return loss;
  };
}

/** What computes each kind of workload, compiled as a whole. */
const forms = {
  train: ({ dropout }, [x, y, ...kernels]) => {
    const units = kernels.map(({ shape }) => shape[1]);
    const hidden = units.slice(0, -1);
    const weights = kernels.flatMap((kernel, i) => {
      const dense = [kernel, np.zeros([units[i]])];
      return i < hidden.length ? [...dense, np.ones([units[i]]), np.zeros([units[i]])] : dense;
    });
    const moving = hidden.flatMap((n) => [np.zeros([n]), np.ones([n])]);
    return training(trainStep(lecture(dropout), dropout === 0 ? 0 : hidden.length), firstState(weights, moving), [
      x,
      y,
    ]);
  },
  trainConvolutions: (_, [x, y, ...kernels]) => {
    const images = np.transpose(x, [0, 3, 1, 2]);
    // From [rows, columns, in, out], and the last from rows that follow pixels, then channels.
    const channels = kernels.at(-2).shape[3];
    const weights = kernels.flatMap((kernel, i) => {
      const units = kernel.shape.at(-1);
      const own =
        i < kernels.length - 1
          ? np.transpose(kernel, [3, 2, 0, 1])
          : np.transpose(kernel.reshape([-1, channels, units]), [1, 0, 2]).reshape([-1, units]);
      return [own, np.zeros([units])];
    });
    return training(trainStep(convolutional, 0), firstState(weights), [images, y]);
  },
  matmul: ({ transposeA, transposeB }, inputs) => {
    const dimensions = { lhsContractingDims: [transposeA ? 0 : 1], rhsContractingDims: [transposeB ? 1 : 0] };
    return kernel((a, b) => lax.dot(a, b, dimensions), inputs);
  },
  batchNormRelu: (_, inputs) =>
    kernel((x, gamma, beta) => {
      const { y, mean, variance } = normalise(x, gamma, beta);
      tree.dispose([mean, variance]);
      return nn.relu(y);
    }, inputs),
  softmax: (_, inputs) => kernel((x) => nn.softmax(x), inputs),
  sum: (_, inputs) => kernel((x) => np.sum(x), inputs),
};

function kernel(f, inputs) {
  const compiled = jit(f);
  return () => compiled(...inputs.map((input) => input.ref));
}

/** Opens jax-js on a device, `webgpu` or `wasm`. */
export async function open(name) {
  const devices = await init(name);
  if (!devices.includes(name)) throw new Error(`jax-js has no ${name} device here`);
  defaultDevice(name);
  const onGpu = name === 'webgpu';
  // Nothing runs until somebody asks for it. Its documents say blockUntilReady() in every step, which on a GPU also waits
  // for the step: 74 ms for one of batch 128 in Node. gpuBuffer() starts the same work and leaves the wait: 45 ms.
  const start = (array) => (onGpu ? array.ref.gpuBuffer() : array.blockUntilReady());
  return {
    prepare: (workload, inputs) => {
      const compute = forms[workload.kind](workload, inputs.map(upload));
      let last;
      return {
        run: async () => {
          last?.dispose();
          last = compute();
          await start(last);
        },
        result: () => last.ref.data(),
      };
    },
    ...(onGpu && { queue: { flush: () => {}, wait: () => getWebGPUDevice().queue.onSubmittedWorkDone() } }),
  };
}
