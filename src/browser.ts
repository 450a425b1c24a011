import { tunerDatabase } from './gpu/tunerDatabase.ts';
import { makeInit } from './init.ts';

export * from './index.ts';

export const init = makeInit({
  sources: [
    {
      name: 'navigator.gpu',
      open: async () => {
        if (typeof navigator === 'undefined' || navigator.gpu === undefined) {
          throw new Error('this page has no WebGPU: use a recent browser and a page from https or localhost');
        }
        return navigator.gpu;
      },
    },
  ],
  store: tunerDatabase,
});
