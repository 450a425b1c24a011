import { show } from '../../core/checks.ts';
import { ShapeError, ValueError } from '../../core/errors.ts';
import { formatShape, type Shape, sameShape, sizeOf } from '../../core/shape.ts';
import type { HostArray } from '../../core/tensor/tensor.ts';

/** Whether an array holds numbers, NaN included. */
const areNumbers = (data: unknown): data is ArrayLike<number> =>
  Array.isArray(data)
    ? data.every((value) => typeof value === 'number')
    : ArrayBuffer.isView(data) && 'length' in data && !/^Big/.test(data.constructor.name);

/** Rejects weights that are missing, unknown or of another shape, and data that do not fill their shape. */
export function checkWeights(expected: ReadonlyMap<string, Shape>, weights: Readonly<Record<string, HostArray>>): void {
  const names = [...expected.keys()];
  const unknown = Object.keys(Object(weights)).filter((name) => !expected.has(name));
  const missing = names.filter((name) => !Object.hasOwn(Object(weights), name));
  if (unknown.length > 0 || missing.length > 0) {
    throw new ShapeError({
      op: 'setWeights',
      got: `weights ${unknown.length > 0 ? `that the model lacks: ${unknown.join(', ')}` : `without ${missing.join(', ')}`}`,
      expected: `exactly ${names.join(', ')}`,
      fix: 'Make the model with the same layers and names as the one that was saved.',
    });
  }
  for (const [name, shape] of expected) {
    const { data, shape: given }: Partial<Record<keyof HostArray, unknown>> = Object(weights[name]);
    if (!Array.isArray(given) || !sameShape(given, shape)) {
      throw new ShapeError({
        op: 'setWeights',
        got: `${name} of shape ${Array.isArray(given) ? formatShape(given) : show(given)}`,
        expected: formatShape(shape),
        fix: 'Make the model with the same sizes as the one that was saved.',
      });
    }
    if (areNumbers(data) && data.length === sizeOf(shape)) continue;
    const wrong = [data].flat().find((value) => typeof value !== 'number');
    throw new ValueError({
      op: 'setWeights',
      got: `${areNumbers(data) ? `${data.length} numbers` : show(wrong)} as data of ${name}`,
      expected: `${sizeOf(shape)} numbers for shape ${formatShape(shape)}`,
      fix: 'Pass the elements of the whole weight, row-major.',
    });
  }
}
