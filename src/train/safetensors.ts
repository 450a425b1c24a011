import { ValueError } from '../errors.ts';
import { type Check, checkValue } from '../options.ts';
import { formatShape, type Shape, sizeOf } from '../shape.ts';
import type { HostArray } from '../tensor.ts';
import { isRecord, isWhole } from './json.ts';

/** Array types by their names in the format. All hosts of JavaScript are little-endian, as the format is. */
const ARRAYS = { F64: Float64Array, F32: Float32Array, I32: Int32Array, U8: Uint8Array };

/** Length of the header, as a 64-bit number, before the header itself. */
const PREFIX = 8;
const ALIGNMENT = 8;

/** A file as it was read, or fetched. */
export type Bytes = Uint8Array | ArrayBuffer;

export const FILE: Check = [
  (value) => value instanceof Uint8Array || value instanceof ArrayBuffer,
  'a Uint8Array or an ArrayBuffer',
];

/** What a safetensors file holds. */
export interface SafeTensors {
  readonly tensors: Record<string, HostArray>;
  /** Free text by name, such as what made the file. */
  readonly metadata: Record<string, string>;
}

interface Entry {
  readonly dtype: keyof typeof ARRAYS;
  readonly shape: Shape;
  readonly data_offsets: readonly [start: number, end: number];
}

/**
 * Packs named tensors in one file: the header's length, a JSON header, the elements, little-endian.
 * Wider elements go first, so that every tensor starts at a multiple of its element size.
 * @see https://github.com/huggingface/safetensors#format
 */
export function pack(
  tensors: Readonly<Record<string, HostArray>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const sorted = Object.entries(tensors).sort(([, a], [, b]) => b.data.BYTES_PER_ELEMENT - a.data.BYTES_PER_ELEMENT);
  const header: Record<string, Entry | Readonly<Record<string, string>>> = { __metadata__: metadata };
  let end = 0;
  for (const [name, { data, shape }] of sorted) {
    const start = end;
    end += data.byteLength;
    header[name] = { dtype: dtypeOf(data), shape, data_offsets: [start, end] };
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const headerLength = Math.ceil(json.length / ALIGNMENT) * ALIGNMENT;
  const file = new Uint8Array(PREFIX + headerLength + end);
  new DataView(file.buffer).setBigUint64(0, BigInt(headerLength), true);
  file.fill(0x20, PREFIX, PREFIX + headerLength); // the header may end in spaces
  file.set(json, PREFIX);
  let position = PREFIX + headerLength;
  for (const [, { data }] of sorted) {
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), position);
    position += data.byteLength;
  }
  return file;
}

/**
 * Reads what {@link pack} wrote, or another program, in the dtypes F64, F32, I32 and U8.
 * @throws ValueError if the file is something else, is truncated, holds other dtypes, a name twice, or bytes that are not
 * those of one tensor each.
 */
export function unpack(given: Bytes): SafeTensors {
  checkValue('safetensors', 'file', given, FILE);
  const file = given instanceof ArrayBuffer ? new Uint8Array(given) : given;
  const { header, start } = readHeader(file);
  const { __metadata__: metadata = {}, ...entries } = header;
  const body = file.subarray(start);
  const tensors = Object.entries(entries).map(([name, entry]) => [name, readTensor(name, entry, body)] as const);
  checkCover(entries as Readonly<Record<string, Entry>>, body.length); // as readTensor has found them
  // The format says that metadata are strings; others become strings here.
  const texts = Object.entries(Object(metadata)).map(([name, text]) => [name, String(text)] as const);
  return { tensors: Object.fromEntries(tensors), metadata: Object.fromEntries(texts) };
}

function readHeader(file: Uint8Array): { header: Record<string, unknown>; start: number } {
  if (file.length < PREFIX) throw damaged(`a file of ${file.length} bytes`, `${PREFIX} or more`);
  const length = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
  const start = PREFIX + length;
  if (start > file.length) {
    throw damaged(`${file.length} bytes, with a header that should end at ${start}`, 'the whole header in the file');
  }
  let json: string;
  let header: unknown;
  try {
    json = new TextDecoder('utf-8', { fatal: true }).decode(file.subarray(PREFIX, start));
    header = JSON.parse(json);
  } catch {
    throw damaged(`${length} bytes as header that are no JSON`, 'a JSON object');
  }
  if (!isRecord(header)) throw damaged('a header that is no JSON object', 'names with dtype, shape and data_offsets');
  const twice = repeatedName(json);
  if (twice !== undefined) throw damaged(`the name '${twice}' twice in the header`, 'each name once');
  return { header, start };
}

/** A name that an object of a JSON text has twice: JSON.parse keeps the last of them and says nothing. */
function repeatedName(json: string): string | undefined {
  const objects: Set<string>[] = [];
  for (const [token, text, colon] of json.matchAll(/("[^"\\]*(?:\\.[^"\\]*)*")(\s*:)?|[{}]/g)) {
    if (token === '{') objects.push(new Set());
    else if (token === '}') objects.pop();
    else if (colon !== undefined) {
      const name: string = JSON.parse(text);
      const names = objects[objects.length - 1];
      if (names.has(name)) return name;
      names.add(name);
    }
  }
  return undefined;
}

/** Refuses tensors that overlap, and bytes that are of none. */
function checkCover(entries: Readonly<Record<string, Entry>>, length: number): void {
  const places = Object.entries(entries).map(
    ([
      name,
      {
        data_offsets: [start, end],
      },
    ]) => ({ name, start, end }),
  );
  places.sort((a, b) => a.start - b.start || a.end - b.end); // an empty one goes before what begins there
  let covered = 0;
  for (const { name, start, end } of places) {
    if (start !== covered) {
      throw damaged(
        `bytes ${start} to ${end} for '${name}' after tensors that end at ${covered}`,
        'tensors one after another, without overlaps and gaps',
      );
    }
    covered = end;
  }
  if (covered !== length) throw damaged(`${length} bytes of tensors that end at ${covered}`, 'no bytes after the last');
}

function readTensor(name: string, entry: unknown, body: Uint8Array): HostArray {
  if (!isEntry(entry)) {
    throw damaged(
      `${JSON.stringify(entry)} for '${name}'`,
      `dtype (${Object.keys(ARRAYS).join(', ')}), shape and data_offsets`,
    );
  }
  const { dtype, shape, data_offsets } = entry;
  const [start, end] = data_offsets;
  const ArrayType = ARRAYS[dtype];
  const bytes = sizeOf(shape) * ArrayType.BYTES_PER_ELEMENT;
  if (start < 0 || end > body.length || end - start !== bytes) {
    throw damaged(
      `bytes ${start} to ${end} of ${body.length} for '${name}'`,
      `${bytes} bytes for ${dtype} ${formatShape(shape)}`,
    );
  }
  return { data: new ArrayType(new Uint8Array(body.subarray(start, end)).buffer), shape }; // a copy, which is aligned
}

function dtypeOf(data: HostArray['data']): Entry['dtype'] {
  if (data instanceof Float32Array) return 'F32';
  if (data instanceof Float64Array) return 'F64';
  return data instanceof Int32Array ? 'I32' : 'U8';
}

const isEntry = (value: unknown): value is Entry =>
  isRecord(value) &&
  typeof value.dtype === 'string' &&
  Object.hasOwn(ARRAYS, value.dtype) &&
  Array.isArray(value.shape) &&
  value.shape.every(isWhole) &&
  Array.isArray(value.data_offsets) &&
  value.data_offsets.length === 2 &&
  value.data_offsets.every(isWhole);

const damaged = (got: string, expected: string): ValueError =>
  new ValueError({ op: 'safetensors', got, expected, fix: 'The file is truncated, damaged or no safetensors file.' });
