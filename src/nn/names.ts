import { ValueError } from '../errors.ts';
import type { Layer } from './layer.ts';

/** The names of layers: their own, or their kinds, numbered where they repeat. They keep them. */
export function nameLayers(layers: readonly Layer[]): string[] {
  const taken = new Set<string>();
  for (const { title, kind } of layers) {
    if (title === undefined) continue;
    if (taken.has(title)) {
      throw new ValueError({
        op: 'model',
        got: `two layers of the name '${title}'`,
        expected: 'a name for each, as files and messages tell weights apart by them',
        fix: `Give one of them another: ${kind}({ ..., name: '${title}_1' }).`,
      });
    }
    taken.add(title);
  }
  return layers.map((layer) => {
    for (let count = 0; layer.title === undefined; count++) {
      const title = count === 0 ? layer.kind : `${layer.kind}_${count}`;
      if (!taken.has(title)) layer.entitle(title);
    }
    taken.add(layer.title);
    return layer.title;
  });
}
