import entryWgsl from '../../../shaders/lib/elements/entry.wgsl';
import elementsWgsl from '../../../shaders/lib/elements.wgsl';
import type { Source } from '../../core/kernel.ts';

/**
 * The sources of a kernel that computes one element, or vector of four, after another. Each `fn <entry>_element(i)` gets
 * an entry point. WGSL has neither function pointers nor function aliases, so the name is substituted in a template.
 */
// @__NO_SIDE_EFFECTS__
export function elementwise(...shaders: readonly Source[]): readonly Source[] {
  const entries = shaders
    .flatMap(({ text }) => [...text.matchAll(/^fn (\w+)_element\(/gm)])
    .map(([, name]) => ({ file: entryWgsl.file, text: entryWgsl.text.replace(/\bentry(?=_|\()/g, name) }));
  return [elementsWgsl, ...shaders, ...entries];
}
