export * from './index.ts';
export { type LabelledImages, loadMnist, type Mnist } from './mnist.ts';
