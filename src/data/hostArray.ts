import { ShapeError, ValueError } from '../errors.ts';
import { show } from '../options.ts';
import { checkShape, formatShape, sizeOf } from '../shape.ts';
import type { HostArray } from '../tensor.ts';

const KINDS = [Float32Array, Float64Array, Int32Array, Uint8Array];

const isNumbers = (data: unknown): data is HostArray['data'] => KINDS.some((kind) => data instanceof kind);

/**
 * Refuses what is no array in the host's memory, and one whose data do not fill its shape: what is missing would read as 0.
 * @param name what the function calls it.
 * @throws ValueError, ShapeError
 */
export function checkHostArray(op: string, name: string, x: HostArray): void {
  const { data, shape }: { readonly data?: unknown; readonly shape?: unknown } = x ?? {};
  if (!isNumbers(data) || !Array.isArray(shape)) {
    throw new ValueError({
      op,
      got: `${name} ${show(x)}${data === undefined ? '' : ` with data ${show(data)}`}`,
      expected: `{ data, shape } with data in a ${KINDS.map((kind) => kind.name).join(', ')}`,
      fix: 'Of a tensor pass { data: await x.data(), shape: x.shape }, of nested arrays { data: Float32Array.from(x.flat(Infinity)), shape }.',
    });
  }
  checkFilled(op, name, x);
}

/** Refuses data that do not fill their shape. @throws ShapeError */
export function checkFilled(op: string, name: string, { data, shape }: HostArray): void {
  checkShape(op, shape);
  if (data.length === sizeOf(shape)) return;
  throw new ShapeError({
    op,
    got: `${name} with ${data.length} numbers and the shape ${formatShape(shape)}`,
    expected: `${sizeOf(shape)} numbers, as many as the shape says`,
    fix: 'Correct data or shape.',
  });
}
