import { type Check, checkValue } from '../../core/checks.ts';
import { escapeText, ValueError } from '../../core/errors.ts';
import { formatShape, type Shape, sizeOf } from '../../core/shape.ts';
import type { HostArray } from '../../core/tensor/tensor.ts';
import { isRecord, isWhole, parseJson } from '../../io/json.ts';
import { type HostNumbers, hostArrayOf } from '../hostArray.ts';

/** How elements of a dtype are read. The format is little-endian, like all hosts of JavaScript. */
interface Elements {
  readonly bytes: number;
  readonly decode: (buffer: ArrayBuffer, name: string) => HostArray['data'];
}

const DTYPES: Readonly<Record<string, Elements>> = {
  F64: { bytes: 8, decode: (buffer) => new Float64Array(buffer) },
  F32: { bytes: 4, decode: (buffer) => new Float32Array(buffer) },
  F16: { bytes: 2, decode: (buffer) => Float32Array.from(new Uint16Array(buffer), halfPrecision) },
  BF16: { bytes: 2, decode: (buffer) => new Float32Array(Uint32Array.from(new Uint16Array(buffer), upperHalf).buffer) },
  I64: { bytes: 8, decode: (buffer, name) => integers(new BigInt64Array(buffer), name) },
  U64: { bytes: 8, decode: (buffer, name) => integers(new BigUint64Array(buffer), name) },
  I32: { bytes: 4, decode: (buffer) => new Int32Array(buffer) },
  U32: { bytes: 4, decode: (buffer, name) => integers(new Uint32Array(buffer), name) },
  I16: { bytes: 2, decode: (buffer) => Int32Array.from(new Int16Array(buffer)) },
  U16: { bytes: 2, decode: (buffer) => Int32Array.from(new Uint16Array(buffer)) },
  I8: { bytes: 1, decode: (buffer) => Int32Array.from(new Int8Array(buffer)) },
  U8: { bytes: 1, decode: (buffer) => new Uint8Array(buffer) },
  BOOL: { bytes: 1, decode: (buffer) => new Uint8Array(buffer) },
};

/** Decodes IEEE 754 binary16: a sign, 5 bits of exponent, 10 of fraction. */
function halfPrecision(bits: number): number {
  const sign = bits >> 15 === 0 ? 1 : -1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** A bfloat16 is the upper half of a float32. */
const upperHalf = (bits: number): number => bits << 16;

function integers(values: BigInt64Array | BigUint64Array | Uint32Array, name: string): Int32Array {
  const numbers = new Int32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = Number(values[i]);
    numbers[i] = value;
    if (numbers[i] === value) continue;
    throw new ValueError({
      op: 'safetensors',
      got: `${values[i]} as element ${i} of '${name}'`,
      expected: '32-bit integers',
      fix: 'Save that tensor as F64.',
    });
  }
  return numbers;
}

/** The file starts with the length of the header, as a 64-bit number. */
const PREFIX = 8;
const ALIGNMENT = 8;

/** The contents of a file, as read or fetched. */
export type Bytes = Uint8Array | ArrayBuffer;

export const FILE: Check = [
  (value) => value instanceof Uint8Array || value instanceof ArrayBuffer,
  'a Uint8Array or an ArrayBuffer',
];

/** The contents of a safetensors file. */
export interface SafeTensors {
  /** Arrays by name. */
  readonly tensors: Record<string, HostArray>;
  /** Free text by name. */
  readonly metadata: Record<string, string>;
}

interface Entry {
  readonly dtype: string;
  readonly shape: Shape;
  readonly data_offsets: readonly [start: number, end: number];
}

const METADATA = '__metadata__';
const TEXTS: Check = [
  (value) => isRecord(value) && Object.values(value).every((text) => typeof text === 'string'),
  'texts by name',
];

/**
 * Packs named arrays into one file in the safetensors format, as F32, F64, I32 or U8. Wider elements go first, so that every array
 * is aligned.
 * @param tensors arrays by name, such as `await model.getWeights()`; for a tensor `t` pass `{ data: await t.data(), shape: t.shape }`.
 * @param metadata free text by name; default none.
 * @throws ValueError if a value does not hold numbers; ShapeError if data do not fill their shape.
 * @see https://github.com/huggingface/safetensors#format
 */
export function writeSafetensors(
  tensors: Readonly<Record<string, HostNumbers>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  checkValue('writeSafetensors', 'tensors', tensors, [isRecord, 'arrays { data, shape } by name']);
  checkValue('writeSafetensors', 'metadata', metadata, TEXTS);
  const arrays = Object.entries(tensors).map(([name, array]) => {
    checkValue('writeSafetensors', 'the name', name, [
      (given) => given !== METADATA,
      'another name, as the format uses this one',
    ]);
    return [name, hostArrayOf('writeSafetensors', name, array)] as const;
  });
  const sorted = arrays.sort(([, a], [, b]) => b.data.BYTES_PER_ELEMENT - a.data.BYTES_PER_ELEMENT);
  let end = 0;
  const entries = sorted.map(([name, { data, shape }]): [string, Entry] => {
    const start = end;
    end += data.byteLength;
    return [name, { dtype: dtypeOf(data), shape, data_offsets: [start, end] }];
  });
  const header = { [METADATA]: metadata, ...Object.fromEntries(entries) };
  const json = new TextEncoder().encode(JSON.stringify(header));
  const headerLength = Math.ceil(json.length / ALIGNMENT) * ALIGNMENT;
  const file = new Uint8Array(PREFIX + headerLength + end);
  new DataView(file.buffer).setBigUint64(0, BigInt(headerLength), true);
  file.fill(0x20, PREFIX, PREFIX + headerLength); // the header can end in spaces
  file.set(json, PREFIX);
  let position = PREFIX + headerLength;
  for (const [, { data }] of sorted) {
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), position);
    position += data.byteLength;
  }
  return file;
}

/**
 * Unpacks a file in the safetensors format. F32, F64, I32 and U8 keep their type; F16 and BF16 become float32, BOOL becomes bytes,
 * and other integers become int32.
 * @throws ValueError if the file is damaged or of another format, a dtype is unknown, or an integer exceeds 32 bits.
 * @see https://github.com/huggingface/safetensors#format
 */
export function readSafetensors(given: Bytes): SafeTensors {
  checkValue('safetensors', 'file', given, FILE);
  const file = given instanceof ArrayBuffer ? new Uint8Array(given) : given;
  const { header, start } = readHeader(file);
  const { [METADATA]: metadata = {}, ...others } = header;
  const body = file.subarray(start);
  const entries = Object.entries(others).map(([name, entry]) => ({ name, ...checkEntry(name, entry, body) }));
  checkCover(entries, body.length);
  const tensors = entries.map(({ name, dtype, shape, data_offsets: [start, end] }) => {
    const { buffer } = new Uint8Array(body.subarray(start, end)); // an aligned copy
    return [name, { data: DTYPES[dtype].decode(buffer, name), shape }] as const;
  });
  // The format requires strings; other metadata are converted.
  const texts = Object.entries(Object(metadata)).map(
    ([name, text]) => [name, typeof text === 'string' ? text : JSON.stringify(text)] as const,
  );
  return { tensors: Object.fromEntries(tensors), metadata: Object.fromEntries(texts) };
}

function readHeader(file: Uint8Array): { header: Record<string, unknown>; start: number } {
  if (file.length < PREFIX) throw damaged(`a file of ${file.length} bytes`, `${PREFIX} or more`);
  const length = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
  const start = PREFIX + length;
  if (start > file.length) {
    throw damaged(`${file.length} bytes, with a header that should end at ${start}`, 'the whole header in the file');
  }
  const json = textOf(file.subarray(PREFIX, start));
  const header = parseJson(json);
  if (header === undefined) throw damaged(`${length} bytes as header that are not JSON`, 'a JSON object');
  if (!isRecord(header))
    throw damaged('a header that is not a JSON object', 'names with dtype, shape and data_offsets');
  const twice = repeatedName(json);
  if (twice !== undefined) throw damaged(`the name '${twice}' twice in the header`, 'each name once');
  return { header, start };
}

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return '';
  }
}

/** A name that occurs twice in an object of a JSON text; JSON.parse silently keeps the last one. */
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

/** Rejects overlapping tensors, and bytes that belong to none. */
function checkCover(entries: readonly (Entry & { readonly name: string })[], length: number): void {
  const places = entries.map(({ name, data_offsets: [start, end] }) => ({ name, start, end }));
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

function checkEntry(name: string, entry: unknown, body: Uint8Array): Entry {
  if (!isEntry(entry)) {
    throw damaged(
      `${escapeText(JSON.stringify(entry), 100)} for '${name}'`,
      'an object of dtype, shape and data_offsets',
    );
  }
  const { dtype, shape, data_offsets } = entry;
  const [start, end] = data_offsets;
  if (!Object.hasOwn(DTYPES, dtype)) {
    throw new ValueError({
      op: 'safetensors',
      got: `the dtype ${escapeText(dtype, 20)} of '${name}'`,
      expected: `one of ${Object.keys(DTYPES).join(', ')}`,
      fix: 'Save that tensor as F32.',
    });
  }
  const bytes = sizeOf(shape) * DTYPES[dtype].bytes;
  if (end <= body.length && end - start === bytes) return entry;
  throw damaged(
    `bytes ${start} to ${end} of ${body.length} for '${name}'`,
    `${bytes} bytes for ${dtype} ${formatShape(shape)}`,
  );
}

function dtypeOf(data: HostArray['data']): string {
  if (data instanceof Float32Array) return 'F32';
  if (data instanceof Float64Array) return 'F64';
  return data instanceof Int32Array ? 'I32' : 'U8';
}

const isEntry = (value: unknown): value is Entry =>
  isRecord(value) &&
  typeof value.dtype === 'string' &&
  Array.isArray(value.shape) &&
  value.shape.every(isWhole) &&
  Array.isArray(value.data_offsets) &&
  value.data_offsets.length === 2 &&
  value.data_offsets.every(isWhole);

const damaged = (got: string, expected: string): ValueError =>
  new ValueError({
    op: 'safetensors',
    got,
    expected,
    fix: 'The file is truncated, damaged or not a safetensors file.',
  });
