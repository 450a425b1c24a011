// Functions of one variable, and networks that are trained to approximate them.
import { adam, cosineDecay, dense, initializers, sequential, setSeed } from 'dawngrad';

const [SAMPLES, BATCH, EPOCHS] = [4096, 128, 40];
const column = (f) => Float32Array.from({ length: SAMPLES }, (_, i) => f(i / (SAMPLES - 1)));
const x = { data: column((v) => v), shape: [SAMPLES, 1] };

/** A wave that fades from 0 to 1. */
export const wave = (v) => Math.sin(9 * v) * (1 - v);

const tent = (v) => 1 - Math.abs(2 * v - 1);
/** A tent of a tent of a tent ..., which has 2, 4, 8 ... slopes. */
export const sawtooth = (times) => (v) => (times === 0 ? v : sawtooth(times - 1)(tent(v)));

/** A network's number of weights, its root mean square error, and points of its curve; disposes the network. */
export async function judge(model, f) {
  const values = await (await model.predict(x, { batchSize: 2048 })).data();
  const error = Math.sqrt(column(f).reduce((sum, value, i) => sum + (value - values[i]) ** 2, 0) / SAMPLES);
  const weights = model.parameters.reduce((sum, { size }) => sum + size, 0);
  model.dispose();
  return { weights, error, curve: curveOf((_, i) => values[i]) };
}

/** Some 300 points of a curve. */
export const curveOf = (f) => Array.from(x.data, (v, i) => [v, f(v, i)]).filter((_, i) => i % 15 === 0);

/** Trains a network with hidden layers of the given `units` on `f`; `scale` is the deviation of the first layer's weights. */
export async function train(units, f, { activation, scale, rate, seed }) {
  setSeed(seed);
  const random = (stddev) => initializers.randomNormal({ stddev });
  const spread = { kernelInitializer: random(scale), biasInitializer: random(scale / 2) };
  const hidden = units.map((n, i) => dense({ units: n, activation, ...(i === 0 && spread) }));
  const model = sequential([...hidden, dense({ units: 1 })]);
  const learningRate = cosineDecay({ initialLearningRate: rate, decaySteps: (EPOCHS * SAMPLES) / BATCH });
  model.compile({ optimizer: adam({ learningRate }), loss: 'meanSquaredError' });
  await model.fit(x, { data: column(f), shape: x.shape }, { epochs: EPOCHS, batchSize: BATCH });
  return judge(model, f);
}
