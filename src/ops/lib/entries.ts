import type { Source } from '../../core/kernel.ts';

/**
 * Makes entry points from a template for the functions of some shaders: `forward` for `fn forward_element(i)`. WGSL has
 * neither function pointers nor function aliases, so the name is substituted in the template's text.
 */
// @__NO_SIDE_EFFECTS__
export function entryPoints(template: Source, shaders: readonly Source[]): readonly Source[] {
  const [, kind] = /\bentry_(\w+)\(/.exec(template.text) ?? [];
  const functions = new RegExp(`^fn (\\w+)_${kind}\\(`, 'gm');
  return shaders
    .flatMap(({ text }) => [...text.matchAll(functions)])
    .map(([, name]) => ({ file: template.file, text: template.text.replace(/\bentry(?=_|\()/g, name) }));
}
