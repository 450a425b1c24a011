import { dawnSources } from './gpu/dawn.ts';
import { tunerFiles } from './gpu/tunerFile.ts';
import { makeInit } from './init.ts';

export * from './index.ts';
export { toFolder } from './train/folder.ts';

export const init = makeInit({ sources: dawnSources, store: tunerFiles() });
