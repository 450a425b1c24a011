import { isLayerMaker, type LayerMaker } from '../network/defineLayer.ts';
import * as exported from './index.ts';

/** The library's layers by kind, as files name them: every one that index.ts exports. */
export const layerMakers: Readonly<Record<string, LayerMaker>> = /* @__PURE__ */ Object.fromEntries(
  Object.values(exported).flatMap((value) => (isLayerMaker(value) ? [[value.kind, value]] : [])),
);
