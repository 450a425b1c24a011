// The models whose accuracy is told: how each is made, on which data, and for how many epochs.
import {
  activation,
  adam,
  adamW,
  augmentation,
  batchNormalization,
  conv2d,
  cosineDecay,
  dense,
  dropout,
  flatten,
  initializers,
  maxPool2d,
  normalization,
  rmsprop,
  sequential,
  sgd,
} from 'dawngrad';

const SAMPLES = 60_000;
const SIDE = 28;
const PIXELS = SIDE * SIDE;
const CLASSES = 10;

const toUnit = (options) => normalization({ axis: null, mean: 0, variance: 255 ** 2, ...options });
const softmax = () => dense({ units: CLASSES, activation: 'softmax' });
/** Adam whose rate falls along a cosine until the last epoch, to `alpha` times itself. */
const falling = (learningRate, { epochs, batchSize }, { weightDecay = 0, alpha = 0 }) =>
  adamW({
    weightDecay,
    learningRate: cosineDecay({
      initialLearningRate: learningRate,
      alpha,
      decaySteps: epochs * Math.ceil(SAMPLES / batchSize),
    }),
  });

const block = (units, rate) => [dense({ units }), batchNormalization(), activation('relu'), dropout({ rate })];
const convolution = (filters, options) => [
  conv2d({ filters, padding: 'same', useBias: false, ...options }),
  batchNormalization(),
  activation('relu'),
];

const moved = () => augmentation({ translation: 0.07, rotation: 10, zoom: 0.1, shear: 0.1, imageShape: [SIDE, SIDE] });

const mnist = {
  "the lecture's network": {
    epochs: 20,
    batchSize: 128,
    layers: () => [toUnit({ inputShape: [PIXELS] }), ...block(200, 0.5), ...block(100, 0.5), softmax()],
    optimizer: (run) => falling(0.01, run, { alpha: 0.05 }),
  },
  "the lecture's network with augmentation": {
    epochs: 14,
    batchSize: 256,
    layers: () => [moved(), toUnit({ inputShape: [PIXELS] }), ...block(200, 0.1), ...block(100, 0.1), softmax()],
    optimizer: (run) => falling(0.01, run, { weightDecay: 0.02 }),
  },
  'a convolutional network': {
    epochs: 4,
    batchSize: 128,
    shape: [SIDE, SIDE, 1],
    layers: () => [
      moved(),
      toUnit({ inputShape: [SIDE, SIDE, 1] }),
      ...convolution(12, { kernelSize: 5, strides: 2 }),
      ...convolution(24, { kernelSize: 3 }),
      maxPool2d(),
      ...convolution(48, { kernelSize: 3 }),
      maxPool2d(),
      flatten(),
      softmax(),
    ],
    optimizer: (run) => falling(0.01, run, { weightDecay: 0.02 }),
  },
};

/** As PyTorch starts its layers: kernel and bias uniform within 1 / sqrt(inputs). */
const asInPyTorch = (units, inputs, options = {}) => {
  const bound = 1 / Math.sqrt(inputs);
  const within = initializers.randomUniform({ low: -bound, high: bound });
  return dense({ units, kernelInitializer: within, biasInitializer: within, ...options });
};

/** Fully connected ReLU layers; `between` gives what stands between the product and the next one. */
const perceptron =
  (units, between = () => [activation('relu')]) =>
  () => [
    toUnit({ inputShape: [PIXELS] }),
    ...units.flatMap((size, i) => [asInPyTorch(size, [PIXELS, ...units][i]), ...between()]),
    asInPyTorch(CLASSES, [PIXELS, ...units].at(-1), { activation: 'softmax' }),
  ];

const pytorchAdam = () => adam({ learningRate: 0.001, epsilon: 1e-8, convention: 'pytorch' });
const normalised = () => [batchNormalization({ epsilon: 1e-5, momentum: 0.9 }), activation('relu')];

/** Eight models as PyTorch has them. */
const fashion = {
  'softmax regression, SGD 0.1': { layers: perceptron([]), optimizer: () => sgd({ learningRate: 0.1 }) },
  '128 units, SGD 0.1': { layers: perceptron([128]), optimizer: () => sgd({ learningRate: 0.1 }) },
  '128 units, momentum': {
    layers: perceptron([128]),
    optimizer: () => sgd({ learningRate: 0.05, momentum: 0.9 }),
  },
  '128 units, Nesterov': {
    layers: perceptron([128]),
    optimizer: () => sgd({ learningRate: 0.05, momentum: 0.9, nesterov: true }),
  },
  '128 units, RMSprop': {
    layers: perceptron([128]),
    optimizer: () => rmsprop({ learningRate: 0.001, rho: 0.9, epsilon: 1e-8, convention: 'pytorch' }),
  },
  '128 units, Adam': { layers: perceptron([128]), optimizer: pytorchAdam },
  '256 and 128 units, batch norm, Adam': { layers: perceptron([256, 128], normalised), optimizer: pytorchAdam },
  '256 units, dropout 0.2, Adam': {
    layers: perceptron([256], () => [activation('relu'), dropout({ rate: 0.2 })]),
    optimizer: pytorchAdam,
  },
};

/** Every model by its name: `{ data, epochs, batchSize, shape, make }`, where `make` gives a compiled model. */
export const models = Object.fromEntries(
  Object.entries({ mnist, fashion }).flatMap(([data, group]) =>
    Object.entries(group).map(([name, { layers, optimizer, ...given }]) => {
      const run = { epochs: 5, batchSize: 128, shape: [PIXELS], ...given };
      const make = () => {
        const model = sequential(layers());
        const loss = 'sparseCategoricalCrossentropy';
        model.compile({ optimizer: optimizer(run), loss, metrics: ['accuracy'] });
        return model;
      };
      return [`${data === 'mnist' ? 'MNIST' : 'Fashion-MNIST'}, ${name}`, { data, ...run, make }];
    }),
  ),
);
