// Many linear classifiers at once: each is an output unit of one layer.
import { adam, dense, sequential } from 'dawngrad';

/** Trains a classifier for each column of labels, 0 or 1; returns what they answer for their points and for others. */
export async function classifiers(x, labels, others = x) {
  const count = labels.length / x.shape[0];
  const model = sequential([dense({ units: count, activation: 'sigmoid', inputShape: [x.shape[1]] })]);
  model.compile({ optimizer: adam({ learningRate: 0.3 }), loss: 'binaryCrossentropy' });
  await model.fit(x, { data: labels, shape: [x.shape[0], count] }, { epochs: 200, batchSize: x.shape[0] });
  const answers = [];
  for (const points of [x, others]) answers.push(await (await model.predict(points, { batchSize: 2000 })).data());
  model.dispose();
  return answers;
}
/** The share of wrong answers of each classifier. */
export function errors(answers, labels, count) {
  const wrong = Array.from({ length: count }, () => 0);
  for (const [i, p] of answers.entries()) if (p > 0.5 !== labels[i] > 0.5) wrong[i % count] += count / labels.length;
  return wrong;
}
