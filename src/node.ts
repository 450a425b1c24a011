import { AsyncLocalStorage } from 'node:async_hooks';
import { dawnSources } from './backends/webgpu/node/dawn.ts';
import { tunerFiles } from './backends/webgpu/node/tunerFile.ts';
import { makeInit } from './engine/init.ts';
import { readFolder, toFolder } from './train/files/folder.ts';

export * from './index.ts';
export { toFolder } from './train/files/folder.ts';

/**
 * Finds the best device, or the one that `options.backend` names, and makes it the device of new tensors.
 * @throws DeviceError if `backend: 'webgpu'` is asked for and no adapter is found; the message lists what was tried.
 */
export const init = makeInit({
  sources: dawnSources,
  store: tunerFiles(),
  context: new AsyncLocalStorage(),
  folders: { write: (folder, files) => toFolder(folder)(files), read: readFolder },
});
