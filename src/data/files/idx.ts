import { type Check, checkValue } from '../../core/checks.ts';
import { ValueError } from '../../core/errors.ts';
import { formatShape, MAX_RANK, type Shape, sizeOf } from '../../core/shape.ts';
import type { HostArray } from '../../core/tensor/tensor.ts';

interface ElementType {
  readonly name: string;
  readonly bytes: number;
  readonly decode: (view: DataView, count: number) => HostArray['data'];
}

/** Element types by the third byte of the file. Numbers are big-endian; small integers are widened to int32. */
const TYPES: ReadonlyMap<number, ElementType> = new Map([
  [
    0x08,
    { name: 'uint8', bytes: 1, decode: (view, count) => new Uint8Array(view.buffer, view.byteOffset, count).slice() },
  ],
  [0x09, { name: 'int8', bytes: 1, decode: (view, count) => integers(count, (i) => view.getInt8(i)) }],
  [0x0b, { name: 'int16', bytes: 2, decode: (view, count) => integers(count, (i) => view.getInt16(2 * i)) }],
  [0x0c, { name: 'int32', bytes: 4, decode: (view, count) => integers(count, (i) => view.getInt32(4 * i)) }],
  [
    0x0d,
    {
      name: 'float32',
      bytes: 4,
      decode: (view, count) => Float32Array.from({ length: count }, (_, i) => view.getFloat32(4 * i)),
    },
  ],
  [
    0x0e,
    {
      name: 'float64',
      bytes: 8,
      decode: (view, count) => Float64Array.from({ length: count }, (_, i) => view.getFloat64(8 * i)),
    },
  ],
]);

const integers = (count: number, at: (i: number) => number): Int32Array =>
  Int32Array.from({ length: count }, (_, i) => at(i));

const isBytes: Check = [(value) => value instanceof Uint8Array, 'the bytes of a file in a Uint8Array'];

/** Options of `readIdx`. */
export interface ReadIdxOptions {
  /** The name of the file in messages; default `readIdx`. */
  readonly name?: string;
}

/**
 * Reads an array in the IDX format: two zero bytes, element type, rank, length of each axis, elements. Gzip is detected and unpacked.
 * Unsigned bytes are kept; other small integers become int32.
 * @param bytes the contents of a file.
 * @throws ValueError if the file is not IDX, or its length differs from what its header says.
 * @see LeCun, Cortes and Burges, "The MNIST database", section "File formats".
 */
export async function readIdx(bytes: Uint8Array, { name = 'readIdx' }: ReadIdxOptions = {}): Promise<HostArray> {
  checkValue(name, 'bytes', bytes, isBytes);
  const file = isGzip(bytes) ? await unpackGzip(bytes, name) : bytes;
  const { type, shape, start } = readHeader(file, name);
  const expected = start + sizeOf(shape) * type.bytes;
  if (file.length !== expected)
    throw wrongLength(`${file.length} bytes`, file.length < expected, { type, shape, expected, name });
  return { data: type.decode(new DataView(file.buffer, file.byteOffset + start), sizeOf(shape)), shape };
}

interface Header {
  readonly type: ElementType;
  readonly shape: Shape;
  /** Where the elements begin. */
  readonly start: number;
}

function readHeader(file: Uint8Array, name: string): Header {
  if (file.length < 4 || file[0] !== 0 || file[1] !== 0) {
    throw new ValueError({
      op: name,
      got: file.length < 4 ? `a file of ${file.length} bytes` : `the first bytes ${hex(file.subarray(0, 4))}`,
      expected: 'an IDX file, which starts with 00 00, its element type and its number of axes',
      fix: 'Pass an IDX file (such as train-images-idx3-ubyte), plain or as .gz.',
    });
  }
  const type = elementType(file[2], name);
  const ndim = file[3];
  const start = 4 + 4 * ndim;
  if (ndim < 1 || ndim > MAX_RANK || file.length < start) {
    throw new ValueError({
      op: name,
      got: `a header with ${ndim} axes in a file of ${file.length} bytes`,
      expected: `1 to ${MAX_RANK} axes, with 4 bytes for the length of each`,
      fix: 'The file is damaged or truncated: fetch it again.',
    });
  }
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  return { type, shape: Array.from({ length: ndim }, (_, axis) => view.getUint32(4 + 4 * axis)), start };
}

function wrongLength(
  got: string,
  isTruncated: boolean,
  { type, shape, expected, name }: Omit<Header, 'start'> & { readonly expected: number; readonly name: string },
): ValueError {
  return new ValueError({
    op: name,
    got,
    expected: `${expected} for ${type.name} of shape ${formatShape(shape)}, as the header says`,
    fix: `The file is ${isTruncated ? 'truncated' : 'longer than its header says'}: fetch it again.`,
  });
}

function elementType(code: number, name: string): ElementType {
  const type = TYPES.get(code);
  if (type !== undefined) return type;
  const known = [...TYPES].map(([each, { name: element }]) => `0x${hex([each])} (${element})`).join(', ');
  throw new ValueError({
    op: name,
    got: `the element type 0x${hex([code])}`,
    expected: `one of ${known}`,
    fix: 'The third byte of an IDX file is its type: this file is damaged, or not an IDX file.',
  });
}

/** Whether a file starts like an IDX file, compressed or not. */
export const mayBeIdx = (bytes: Uint8Array): boolean => isGzip(bytes) || (bytes[0] === 0 && bytes[1] === 0);

const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

const MOST_HEADER = 4 + 4 * MAX_RANK;

/** Unpacks no more than the header says, because a small file can unpack to more than memory holds. */
async function unpackGzip(bytes: Uint8Array, name: string): Promise<Uint8Array> {
  // The copy is for the type: Blob does not take views of shared memory.
  const stream = new Blob([new Uint8Array(bytes)]).stream().pipeThrough(new DecompressionStream('gzip'));
  const reader = stream.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  let header: Header | undefined;
  for (;;) {
    const chunk = await reader.read().catch((error: unknown) => {
      throw new ValueError({
        op: name,
        got: `gzip data of ${bytes.length} bytes that can't be unpacked (${error instanceof Error ? error.message : error})`,
        expected: 'a complete gzip file',
        fix: 'The file is truncated or damaged: fetch it again.',
      });
    });
    if (chunk.done) return joined(chunks, length);
    chunks.push(chunk.value);
    length += chunk.value.length;
    if (length >= MOST_HEADER) header ??= readHeader(joined(chunks, length), name);
    if (header === undefined) continue;
    const expected = header.start + sizeOf(header.shape) * header.type.bytes;
    if (length <= expected) continue;
    await reader.cancel();
    throw wrongLength(`more than ${expected} bytes`, false, { ...header, expected, name });
  }
}

function joined(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const all = new Uint8Array(length);
  let start = 0;
  for (const chunk of chunks) {
    all.set(chunk, start);
    start += chunk.length;
  }
  return all;
}

const hex = (bytes: Iterable<number>): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
