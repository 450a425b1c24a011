import { tunerDatabase } from './backends/webgpu/tuner/database.ts';
import { makeInit } from './engine/init.ts';

export * from './index.ts';

/**
 * Finds a device, the best that there is unless `options.backend` names one, and makes it the one that new tensors are
 * made on.
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
