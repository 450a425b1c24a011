// Shows augmented digits: one transformation per row, with the original digit first. After npm run build:
//   node examples/augmentation.mjs
import { augmentation, init, scope, sequential, tensor } from 'dawngrad';
import { loadMnist } from 'dawngrad/data';
import { drawImages } from './charts.mjs';

const SIDE = 28;
const COPIES = 9;

const changes = {
  translation: { translation: 0.15 },
  rotation: { rotation: 30 },
  zoom: { zoom: 0.3 },
  shear: { shear: 0.5 },
  flip: { flip: 'both' },
  'brightness and contrast': { brightness: 60, contrast: 0.5 },
  erasing: { erasing: 0.5, fill: 128 },
  'the usual for digits': { translation: 0.1, rotation: 12, zoom: 0.1, shear: 0.1 },
};

const device = await init({ seed: 1 });
const { train } = await loadMnist();

/** Several copies of a digit, each transformed by the layer. */
const augmented = (digit, options) =>
  scope(async () => {
    const copies = Float32Array.from({ length: COPIES * digit.length }, (_, i) => digit[i % digit.length]);
    const images = tensor(copies, { shape: [COPIES, SIDE * SIDE] });
    const layer = augmentation({ ...options, imageShape: [SIDE, SIDE] });
    const values = await sequential([layer]).call(images, true).data(); // true: training mode
    return Array.from({ length: COPIES }, (_, i) => values.subarray(i * digit.length, (i + 1) * digit.length));
  });

const rows = [];
for (const [row, [name, options]] of Object.entries(changes).entries()) {
  const digit = train.images.data.subarray(row * SIDE * SIDE, (row + 1) * SIDE * SIDE);
  rows.push({ label: name, images: [digit, ...(await augmented(digit, options))] });
  console.log(`row ${row + 1}: ${name} ${JSON.stringify(options)}`);
}

await drawImages('augmentation', rows, SIDE);
device.dispose();
