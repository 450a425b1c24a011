// Bundles of a contestant, for a Node process and for a page.
import { fileURLToPath } from 'node:url';
import { common, node } from '../../build.mjs';

/** TensorFlow.js calls its backends free of side effects, but they register themselves. */
const ignoreAnnotations = true;

const entry = (file) => fileURLToPath(new URL(file, import.meta.url));

/** For Node it has bundles, two copies of itself when one is imported beside its modules; and it looks for `__dirname`. */
export const contestantInNode = {
  ...node,
  ignoreAnnotations,
  mainFields: ['module', 'main'],
  define: { __dirname: '""' },
  entryPoints: [entry('node.mjs')],
};

export const contestantInChrome = {
  ...common,
  ignoreAnnotations,
  platform: 'browser',
  entryPoints: [entry('page.mjs')],
};
