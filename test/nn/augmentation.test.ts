import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { setCurrentDevice } from '../../src/core/device.ts';
import { enterStep } from '../../src/core/random/state.ts';
import {
  adam,
  augmentation,
  compile,
  type Device,
  dense,
  flatten,
  loadModel,
  type Model,
  mul,
  ones,
  parameter,
  scope,
  sequential,
  sparseCategoricalCrossentropy,
  Tape,
  type Tensor,
  tensor,
} from '../../src/node.ts';
import { cpu, gpu, onGpu } from '../harness/device.ts';

const test = suite('augmentation');

const HEIGHT = 9;
const WIDTH = 12;
const BATCH = 16;

/** A picture without symmetry, as often as there are images in a batch. */
const pictures = (device: Device): Tensor =>
  tensor(
    Float32Array.from({ length: BATCH * HEIGHT * WIDTH }, (_, i) => 1 + ((i % (HEIGHT * WIDTH)) ** 2 % 31)),
    { shape: [BATCH, HEIGHT, WIDTH, 1], device },
  );

/** What a model makes of the pictures in training, image by image. */
async function augmented(device: Device, options: Parameters<typeof augmentation>[0]): Promise<number[][]> {
  setCurrentDevice(device);
  device.random.returnTo(50);
  enterStep(device.random, device, 7);
  using y = sequential([augmentation(options)]).call(pictures(device), true);
  const data = [...(await y.data())];
  const length = HEIGHT * WIDTH;
  return Array.from({ length: BATCH }, (_, image) => data.slice(image * length, (image + 1) * length));
}

const picture = (f: (row: number, column: number) => number): number[] =>
  Array.from({ length: HEIGHT * WIDTH }, (_, i) => f(Math.floor(i / WIDTH), i % WIDTH));
const original = picture((row, column) => 1 + ((row * WIDTH + column) ** 2 % 31));
const at = (row: number, column: number): number => original[row * WIDTH + column];
const counted = (images: readonly number[][], one: readonly number[]): number =>
  images.filter((image) => image.every((value, i) => value === one[i])).length;

for (const device of gpu === undefined ? [cpu] : [cpu, gpu]) {
  const { backend } = device.info;

  test(`${backend}: mirror images are exact, and each comes up`, async () => {
    const mirrored = {
      horizontal: picture((row, column) => at(row, WIDTH - 1 - column)),
      vertical: picture((row, column) => at(HEIGHT - 1 - row, column)),
      both: picture((row, column) => at(HEIGHT - 1 - row, WIDTH - 1 - column)),
    };
    for (const flip of ['horizontal', 'vertical', 'both'] as const) {
      const images = await augmented(device, { flip });
      const kinds = [original, ...(flip === 'both' ? Object.values(mirrored) : [mirrored[flip]])];
      const counts = kinds.map((kind) => counted(images, kind));
      assert.is(
        counts.reduce((sum, count) => sum + count),
        BATCH,
      );
      assert.ok(
        counts.every((count) => count > 0),
        `${flip}: ${counts}`,
      );
    }
  });

  test(`${backend}: a rectangle within the limits is cut out, the rest stays`, async () => {
    const images = await augmented(device, { erasing: 0.5, fill: -1 });
    const areas = images.map((image) => {
      const cut = picture((row, column) => Number(image[row * WIDTH + column] === -1));
      const rows = Array.from({ length: HEIGHT }, (_, row) => cut.slice(row * WIDTH, (row + 1) * WIDTH));
      const height = rows.filter((row) => row.includes(1)).length;
      const width = Array.from({ length: WIDTH }, (_, column) => rows.some((row) => row[column] === 1)).filter(Boolean);
      const area = cut.reduce((sum, value) => sum + value);
      assert.is(area, height * width.length);
      assert.ok(height <= 4 && width.length <= 6);
      assert.ok(image.every((value, i) => value === -1 || value === original[i]));
      return area;
    });
    assert.ok(new Set(areas).size > 5, `${areas}`);
  });

  test(`${backend}: brightness adds, contrast multiplies, each image alike`, async () => {
    for (const image of await augmented(device, { brightness: 2 })) {
      const added = image[0] - original[0];
      assert.ok(Math.abs(added) <= 2);
      assert.ok(image.every((value, i) => Math.abs(value - original[i] - added) < 1e-5));
    }
    const factors = (await augmented(device, { contrast: 0.25 })).map((image) => {
      const factor = image[0] / original[0];
      assert.ok(factor >= 0.75 && factor < 1.25);
      assert.ok(image.every((value, i) => Math.abs(value - factor * original[i]) < 1e-5));
      return factor;
    });
    assert.is(new Set(factors).size, BATCH);
  });
}

/** A blob in the middle, and where its mass lies after augmentation, from the centre. */
async function moments(options: Parameters<typeof augmentation>[0]) {
  setCurrentDevice(cpu);
  const SIDE = 41;
  const MIDDLE = 20;
  const blob = Float32Array.from({ length: SIDE * SIDE }, (_, i) => {
    const [dy, dx] = [Math.floor(i / SIDE) - MIDDLE, (i % SIDE) - MIDDLE];
    return Math.exp(-(dx * dx) / 32 - (dy * dy) / 8);
  });
  const x = tensor(
    Float32Array.from({ length: 40 * blob.length }, (_, i) => blob[i % blob.length]),
    {
      shape: [40, SIDE * SIDE],
    },
  );
  const model = sequential([augmentation({ ...options, imageShape: [SIDE, SIDE] })]);
  const data = await model.call(x, true).data();
  return Array.from({ length: 40 }, (_, image) => {
    const sums = { mass: 0, x: 0, y: 0, xx: 0, xy: 0, yy: 0 };
    for (let i = 0; i < blob.length; i++) {
      const [dy, dx] = [Math.floor(i / SIDE) - MIDDLE, (i % SIDE) - MIDDLE];
      const value = data[image * blob.length + i];
      sums.mass += value;
      sums.x += value * dx;
      sums.y += value * dy;
      sums.xx += value * dx * dx;
      sums.xy += value * dx * dy;
      sums.yy += value * dy * dy;
    }
    const { mass } = sums;
    return { mass, x: sums.x / mass, y: sums.y / mass, xx: sums.xx / mass, xy: sums.xy / mass, yy: sums.yy / mass };
  });
}

const largest = (values: readonly number[]): number => Math.max(...values.map(Math.abs));

test('images move, turn, grow and slant by what was asked, both ways', async () => {
  const still = (await moments({}))[0];
  const moved = await moments({ translation: 0.1 });
  for (const axis of ['x', 'y'] as const) {
    const shifts = moved.map((each) => each[axis]);
    assert.ok(largest(shifts) <= 4.1 && largest(shifts) > 3, `${largest(shifts)}`);
    assert.ok(Math.min(...shifts) < -2 && Math.max(...shifts) > 2);
  }
  const angles = (await moments({ rotation: 30 })).map(({ xx, xy, yy }) => {
    return (Math.atan2(2 * xy, xx - yy) / 2 / Math.PI) * 180;
  });
  assert.ok(largest(angles) <= 30.5 && largest(angles) > 25, `${largest(angles)}`);
  assert.ok(Math.min(...angles) < -15 && Math.max(...angles) > 15);
  const areas = (await moments({ zoom: 0.2 })).map(({ mass }) => mass / still.mass);
  assert.ok(Math.min(...areas) >= 0.63 && Math.min(...areas) < 0.75, `${Math.min(...areas)}`);
  assert.ok(Math.max(...areas) <= 1.45 && Math.max(...areas) > 1.3, `${Math.max(...areas)}`);
  // Rows that are shifted by k times their distance from the centre: cov(x, y) = k var(y).
  const slopes = (await moments({ shear: 0.5 })).map(({ xy, yy }) => xy / yy);
  assert.ok(largest(slopes) <= 0.51 && largest(slopes) > 0.4, `${largest(slopes)}`);
  assert.ok(Math.min(...slopes) < -0.25 && Math.max(...slopes) > 0.25);
});

test('inference leaves images alone, training changes each in its own way and anew in every step', async () => {
  setCurrentDevice(cpu);
  const model = sequential([augmentation({ rotation: 20, translation: 0.1 })]);
  const x = pictures(cpu);
  assert.is(model.call(x), x);
  const first = await model.call(x, true).array();
  assert.equal(await model.call(x, true).array(), first);
  enterStep(cpu.random, cpu);
  const second = await model.call(x, true).array();
  const images = [first, second].flatMap((each) => (Array.isArray(each) ? each : []));
  assert.is(new Set(images.map((image) => JSON.stringify(image))).size, 2 * BATCH);
});

const SOME = { translation: 0.1, rotation: 15, zoom: 0.1, shear: 0.1, flip: 'horizontal', erasing: 0.3 } as const;

/** A small model after some steps, each on the same pictures. */
async function train(device: Device, captured: boolean): Promise<unknown> {
  setCurrentDevice(device);
  device.random.returnTo(0);
  enterStep(device.random, device, 0);
  const model = sequential([augmentation(SOME), flatten(), dense({ units: 3, activation: 'softmax' })]);
  model.build([HEIGHT, WIDTH, 1]);
  const optimizer = adam({ learningRate: 0.01 });
  const loss = sparseCategoricalCrossentropy();
  const step = (x: Tensor, y: Tensor): Tensor => {
    using tape = new Tape();
    const value = loss(y, model.call(x, true));
    optimizer.apply(tape.gradient(value, model.trainableParameters), model.trainableParameters);
    return value;
  };
  const run = captured ? compile(step) : (x: Tensor, y: Tensor) => scope(() => step(x, y));
  const x = pictures(device);
  const y = tensor(
    Int32Array.from({ length: BATCH }, (_, i) => i % 3),
    { device },
  );
  const losses: Tensor[] = [];
  for (let i = 0; i < 20; i++) losses.push(run(x, y));
  const weights = await Promise.all(model.parameters.map((weight) => weight.array()));
  return { weights, losses: await Promise.all(losses.map((each) => each.item())) };
}

onGpu(test, 'captured steps end with the bits of uncaptured ones', async (device) => {
  assert.equal(await train(device, true), await train(device, false));
});

onGpu(test, 'it is one dispatch for everything', (device) => {
  setCurrentDevice(device);
  const model: Model = sequential([augmentation({ ...SOME, brightness: 1, contrast: 0.5 })]);
  const step = compile((x: Tensor) => model.call(x, true));
  assert.is(step.plan(pictures(device)).dispatches, 1);
  step.dispose();
});

test('a saved model keeps its augmentation', async () => {
  setCurrentDevice(cpu);
  const model = sequential([augmentation({ ...SOME, imageShape: [4, 4], inputShape: [16] }), dense({ units: 2 })]);
  model.build([16]);
  const again = loadModel(await model.save());
  assert.equal(again.layers[0].options, { ...SOME, imageShape: [4, 4], inputShape: [16] });
  assert.equal(again.names, model.names);
});

test('a gradient by the images, foreign shapes and amounts are refused', () => {
  setCurrentDevice(cpu);
  assert.throws(() => augmentation({ rotation: -5 }), /rotation -5; expected a number of at least 0 and below 360/);
  assert.throws(() => augmentation({ zoom: 1 }), /zoom 1; expected a number of at least 0 and below 1/);
  const sideways = { flip: 'sideways' as 'both' };
  assert.throws(() => augmentation(sideways), /'sideways'; expected one of none, horizontal, vertical, both/);
  assert.throws(
    () => sequential([augmentation({ inputShape: [784] })]).parameters,
    /got samples of shape \[784\] as images of shape \[784\]; expected \[height, width, channels\]/,
  );
  assert.throws(
    () => sequential([augmentation({ imageShape: [28, 28], inputShape: [783] })]).parameters,
    /samples of shape \[783\] as images of shape \[28, 28\]/,
  );
  const w = parameter(ones([1, 4, 4, 1]));
  using tape = new Tape();
  const y = sequential([augmentation(SOME)]).call(mul(w, 2), true);
  assert.throws(() => tape.gradient(y, [w]), /before the first layer with weights/);
});

test.run();
