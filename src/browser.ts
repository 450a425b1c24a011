import { tunerDatabase } from './backends/webgpu/tuner/database.ts';
import { makeInit } from './engine/init.ts';

export * from './index.ts';

/**
 * Finds the best device, or the one that `options.backend` names, and makes it the device of new tensors.
 * @throws DeviceError if `backend: 'webgpu'` is asked for and no adapter is found; the message lists what was tried.
 */
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
