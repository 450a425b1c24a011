import type { Source } from '../../core/kernel.ts';

/**
 * Entry points for the functions of some shaders, which a template calls: `forward` for `fn forward_element(i)`. WGSL has neither
 * function pointers nor aliases of functions, so the name is put into the template's text.
 */
// @__NO_SIDE_EFFECTS__
export function entryPoints(template: Source, shaders: readonly Source[]): readonly Source[] {
  const [, kind] = /\bentry_(\w+)\(/.exec(template.text) ?? [];
  const functions = new RegExp(`^fn (\\w+)_${kind}\\(`, 'gm');
  return shaders
    .flatMap(({ text }) => [...text.matchAll(functions)])
    .map(([, name]) => ({ file: template.file, text: template.text.replace(/\bentry(?=_|\()/g, name) }));
}
