import { ValueError } from '../../core/errors.ts';
import { type Layer, setTitle } from './layer.ts';

/**
 * Names the layers of a model: by the given name, or else the name in another model or the kind, numbered if it is taken.
 * @throws ValueError if two layers were given the same name.
 */
export function nameLayers(layers: readonly Layer[]): string[] {
  const names = new Map<Layer, string>();
  const taken = new Set<string>();
  const name = (layer: Layer, title: string): void => {
    names.set(layer, title);
    taken.add(title);
  };
  for (const layer of layers) {
    const { name: given } = layer.options;
    if (given === undefined) continue;
    if (taken.has(given)) {
      throw new ValueError({
        op: 'model',
        got: `two layers named '${given}'`,
        expected: 'different names, because files and messages identify weights by them',
        fix: `Rename one of them: ${layer.kind}({ ..., name: '${given}_1' }).`,
      });
    }
    name(layer, given);
  }
  for (const layer of layers) {
    if (!names.has(layer) && layer.title !== undefined && !taken.has(layer.title)) name(layer, layer.title);
  }
  const numbers = new Map<string, number>(); // the next number of each kind: no search through those taken
  for (const layer of layers) {
    if (names.has(layer)) continue;
    const { kind } = layer;
    let title = '';
    do {
      const number = numbers.get(kind) ?? 0;
      numbers.set(kind, number + 1);
      title = number === 0 ? kind : `${kind}_${number}`;
    } while (taken.has(title));
    name(layer, title);
    setTitle(layer, title);
  }
  return layers.map((layer) => names.get(layer) ?? layer.kind);
}
