import entryWgsl from '../../../shaders/lib/elements/entry.wgsl';
import elementsWgsl from '../../../shaders/lib/elements.wgsl';
import type { Source } from '../../core/kernel.ts';
import { entryPoints } from './entries.ts';

/**
 * The sources of a kernel that computes one element, or vector of four, after another: an entry point for each
 * `fn <entry>_element`.
 */
// @__NO_SIDE_EFFECTS__
export const elementwise = (...shaders: readonly Source[]): readonly Source[] => [
  elementsWgsl,
  ...shaders,
  ...entryPoints(entryWgsl, shaders),
];
