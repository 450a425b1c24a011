import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { setCurrentDevice } from '../../src/core/device.ts';
import { Generator } from '../../src/core/random/generator.ts';
import type { Shape } from '../../src/core/shape.ts';
import { getInitializer, type Initializer, initializers } from '../../src/nn/initializers.ts';
import { l1, l1l2, l2 } from '../../src/nn/regularizers.ts';
import { type Tensor, tensor, valueAndGrad } from '../../src/node.ts';
import { cpu } from '../harness/device.ts';
import { checkDistribution, type Distribution } from '../harness/distribution.ts';

const test = suite('initializers and regularizers');

const DENSE: Shape = [200, 300];
const KERNEL: Shape = [3, 3, 16, 32]; // 144 in, 288 out; drawn as often as the test wants

const uniform = (deviation: number): Distribution => {
  const bound = Math.sqrt(3) * deviation;
  return { deviation, low: -bound, high: bound, uniform: true };
};
/** Cut at two deviations of the wider normal that it is drawn from. */
const truncated = (deviation: number): Distribution => {
  const bound = (2 * deviation) / 0.8796256610342398;
  return { deviation, low: -bound, high: bound, uniform: false };
};
const normal = (deviation: number): Distribution => ({ deviation, uniform: false });

const { varianceScaling } = initializers;
const rows: readonly (readonly [name: string, make: Initializer, shape: Shape, expected: Distribution])[] = [
  ['glorotUniform', initializers.glorotUniform(), DENSE, uniform(Math.sqrt(2 / 500))],
  ['glorotNormal', initializers.glorotNormal(), DENSE, truncated(Math.sqrt(2 / 500))],
  ['heUniform', initializers.heUniform(), DENSE, uniform(0.1)],
  ['heNormal', initializers.heNormal(), DENSE, truncated(0.1)],
  ['lecunUniform', initializers.lecunUniform(), DENSE, uniform(Math.sqrt(1 / 200))],
  ['lecunNormal', initializers.lecunNormal(), DENSE, truncated(Math.sqrt(1 / 200))],
  ['glorotUniform of a convolution', initializers.glorotUniform(), KERNEL, uniform(Math.sqrt(2 / 432))],
  ['heNormal of a convolution', initializers.heNormal(), KERNEL, truncated(Math.sqrt(2 / 144))],
  ['fan out', varianceScaling({ mode: 'fanOut', distribution: 'uniform' }), KERNEL, uniform(Math.sqrt(1 / 288))],
  ['untruncated', varianceScaling({ distribution: 'untruncatedNormal' }), DENSE, normal(Math.sqrt(1 / 200))],
  ['randomUniform', initializers.randomUniform({ low: -1, high: 1 }), DENSE, uniform(Math.sqrt(1 / 3))],
  ['randomNormal', initializers.randomNormal(), DENSE, normal(0.05)],
  ['truncatedNormal', initializers.truncatedNormal({ stddev: 1 }), DENSE, truncated(0.8796256610342398)],
];

for (const [name, initialize, shape, expected] of rows) {
  test(`${name} has the deviation and the bounds of Keras's`, () => {
    const generator = new Generator(1);
    checkDistribution(() => initialize(shape, generator), expected);
  });
}

test('orthogonal matrices, tall, wide and of convolutions', () => {
  for (const [rows, columns, shape] of [
    [40, 12, [40, 12]],
    [12, 40, [12, 40]],
    [18, 7, [3, 3, 2, 7]],
  ] as const) {
    const w = initializers.orthogonal({ gain: 2 })(shape, new Generator(3));
    const at = (i: number, k: number): number => (rows >= columns ? w[k * columns + i] : w[i * columns + k]);
    const [count, length] = [Math.min(rows, columns), Math.max(rows, columns)];
    for (let i = 0; i < count; i++) {
      for (let j = 0; j <= i; j++) {
        let dot = 0;
        for (let k = 0; k < length; k++) dot += at(i, k) * at(j, k);
        assert.ok(Math.abs(dot - (i === j ? 4 : 0)) < 1e-5, `vectors ${i} and ${j} of ${shape}: ${dot}`);
      }
    }
  }
  assert.throws(() => initializers.orthogonal()([5], new Generator(1)), /orthogonal: got a weight of shape \[5\]/);
});

test('constants, vectors and scalars', () => {
  const generator = new Generator(1);
  assert.equal([...initializers.zeros()([2], generator)], [0, 0]);
  assert.equal([...initializers.ones()([], generator)], [1]);
  assert.equal([...initializers.constant(0.5)([1, 3], generator)], [0.5, 0.5, 0.5]);
  assert.is(initializers.heNormal()([], generator).length, 1);
  assert.is(initializers.heNormal()([0, 3], generator).length, 0);
});

test('the seed decides, and each draw has a stream of its own', () => {
  const draw = (generator: Generator) => [...initializers.heNormal()([4], generator)];
  const generator = new Generator(5);
  const first = draw(generator);
  assert.equal(draw(new Generator(5)), first);
  assert.not.equal(draw(generator), first);
  assert.not.equal(draw(new Generator(6)), first);
});

test('names find initializers, as Keras writes them too', () => {
  const own: Initializer = () => new Float32Array(1);
  assert.is(getInitializer(own), own);
  const [named, made] = [getInitializer('he_normal'), initializers.heNormal()];
  assert.equal(named([3], new Generator(1)), made([3], new Generator(1)));
  assert.throws(() => getInitializer('xavier'), /initializer: got 'xavier'; expected one of zeros, ones, constant/);
  assert.throws(() => varianceScaling(Object({ mode: 'fan' })), /got 'fan'; expected one of fanIn, fanOut, fanAvg/);
  assert.throws(
    () => initializers.randomNormal(Object({ deviation: 1 })),
    /option 'deviation'; expected only mean, stddev/,
  );
});

test('penalties as in Keras, without a half', async () => {
  setCurrentDevice(cpu);
  const w = tensor([
    [1, -2],
    [0, 3],
  ]);
  const check = async (penalty: (w: Tensor) => Tensor, expected: number, gradient: number[]): Promise<void> => {
    const { value, grads } = valueAndGrad(() => penalty(w), [w]);
    assert.is(await value.item(), expected);
    assert.equal([...(await grads[0].data())], gradient);
  };
  await check(l1(0.5), 3, [0.5, -0.5, 0, 0.5]);
  await check(l2(0.5), 7, [1, -2, 0, 3]);
  await check(l1l2({ l1: 0.5, l2: 0.5 }), 10, [1.5, -2.5, 0, 3.5]);
  await check(l1l2(), 0, [0, 0, 0, 0]);
});

test.run();
