export { type LabelledImages, loadMnist, type Mnist } from './files/mnist.ts';
export * from './index.ts';
