import entryWgsl from '../../../shaders/lib/elements/entry.wgsl';
import elementsWgsl from '../../../shaders/lib/elements.wgsl';
import type { Source } from '../../core/kernel.ts';
import { entryPoints } from './entries.ts';

/** The sources of a kernel that computes its elements one by one, or vectors of four: an entry point for each `fn <entry>_element`. */
// @__NO_SIDE_EFFECTS__
export const elementwise = (...shaders: readonly Source[]): readonly Source[] => [
  elementsWgsl,
  ...shaders,
  ...entryPoints(entryWgsl, shaders),
];
