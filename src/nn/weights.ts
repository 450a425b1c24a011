import { ShapeError } from '../errors.ts';
import { formatShape, type Shape, sameShape } from '../shape.ts';
import type { HostArray } from '../tensor.ts';

/** Refuses weights that are missing, unknown or of another shape than expected. */
export function checkWeights(expected: ReadonlyMap<string, Shape>, weights: Readonly<Record<string, HostArray>>): void {
  const names = [...expected.keys()];
  const unknown = Object.keys(weights).filter((name) => !expected.has(name));
  const missing = names.filter((name) => !Object.hasOwn(weights, name));
  if (unknown.length > 0 || missing.length > 0) {
    throw new ShapeError({
      op: 'setWeights',
      got: `weights ${unknown.length > 0 ? `that the model lacks: ${unknown.join(', ')}` : `without ${missing.join(', ')}`}`,
      expected: `exactly ${names.join(', ')}`,
      fix: 'Make the model with the same layers and names as the one that was saved.',
    });
  }
  for (const [name, shape] of expected) {
    if (sameShape(weights[name].shape, shape)) continue;
    throw new ShapeError({
      op: 'setWeights',
      got: `${name} of shape ${formatShape(weights[name].shape)}`,
      expected: formatShape(shape),
      fix: 'Make the model with the same sizes as the one that was saved.',
    });
  }
}
