import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readSafetensors, writeSafetensors } from '../../src/data/files/safetensors.ts';
import { checkFinite, minMaxStatistics, readIdx, type Statistics, statistics } from '../../src/data/index.ts';
import { rejects } from '../harness/check.ts';

const test = suite('data');

/** An IDX file: type code, shape, and the bytes of the elements. */
function idx(type: number, shape: readonly number[], elements: readonly number[]): Uint8Array {
  const lengths = shape.flatMap((length) => [length >>> 24, (length >>> 16) & 255, (length >>> 8) & 255, length & 255]);
  return Uint8Array.from([0, 0, type, shape.length, ...lengths, ...elements]);
}

async function gzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream('gzip'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

test('IDX: every element type, big-endian', async () => {
  assert.equal(await readIdx(idx(0x08, [2, 3], [0, 1, 2, 253, 254, 255])), {
    data: Uint8Array.of(0, 1, 2, 253, 254, 255),
    shape: [2, 3],
  });
  assert.equal((await readIdx(idx(0x09, [2], [255, 128]))).data, Int32Array.of(-1, -128));
  assert.equal((await readIdx(idx(0x0b, [2], [1, 2, 255, 254]))).data, Int32Array.of(258, -2));
  assert.equal((await readIdx(idx(0x0c, [1], [255, 255, 255, 253]))).data, Int32Array.of(-3));
  assert.equal((await readIdx(idx(0x0d, [1], [0x3f, 0xc0, 0, 0]))).data, Float32Array.of(1.5));
  assert.equal((await readIdx(idx(0x0e, [1], [0xbf, 0xe0, 0, 0, 0, 0, 0, 0]))).data, Float64Array.of(-0.5));
  assert.equal(await readIdx(idx(0x08, [0, 28, 28], [])), { data: new Uint8Array(0), shape: [0, 28, 28] });
});

test('IDX: a view into a larger buffer', async () => {
  const file = Uint8Array.of(9, 9, 9, ...idx(0x0b, [1], [1, 2]), 9);
  assert.equal((await readIdx(file.subarray(3, -1))).data, Int32Array.of(258));
});

test('IDX: gzip is unpacked', async () => {
  const packed = await gzip(Uint8Array.from(idx(0x08, [3], [7, 8, 9])));
  assert.equal((await readIdx(packed)).data, Uint8Array.of(7, 8, 9));
  await rejects(() => readIdx(packed.subarray(0, 20)), /^readIdx: got gzip data of 20 bytes that can't be unpacked/);
});

test('IDX: gzip is unpacked no further than its header says', async () => {
  const many = new Blob(new Array(200).fill(new Uint8Array(2 ** 20)));
  const file = new Blob([Uint8Array.from(idx(0x08, [10], [])), many]);
  const packed = new Uint8Array(
    await new Response(file.stream().pipeThrough(new CompressionStream('gzip'))).arrayBuffer(),
  );
  await rejects(() => readIdx(packed), /^readIdx: got more than 18 bytes; expected 18 for uint8 of shape \[10\]/);
  const zeros = new Uint8Array(
    await new Response(many.stream().pipeThrough(new CompressionStream('gzip'))).arrayBuffer(),
  );
  await rejects(() => readIdx(zeros), /got the element type 0x00/);
  const short = await gzip(Uint8Array.from(idx(0x08, [2 ** 31, 28, 28], [1, 2])));
  await rejects(() => readIdx(short), /got 18 bytes; expected 1683627180048 .* truncated/);
});

test('IDX: damaged and foreign files are refused', async () => {
  const good = idx(0x08, [2, 3], [1, 2, 3, 4, 5, 6]);
  await rejects(
    () => readIdx(good.subarray(0, -2), { name: 'digits.idx' }),
    /^digits\.idx: got 16 bytes; expected 18 for uint8 of shape \[2, 3\].*truncated/,
  );
  await rejects(() => readIdx(Uint8Array.of(...good, 0)), /got 19 bytes; expected 18 .*longer than its header says/);
  await rejects(
    () => readIdx(Uint8Array.of(0x89, 0x50, 0x4e, 0x47)),
    /got the first bytes 89 50 4e 47; expected an IDX/,
  );
  await rejects(() => readIdx(new Uint8Array(0)), /got a file of 0 bytes/);
  await rejects(() => readIdx(idx(0x07, [1], [1])), /got the element type 0x07; expected one of 0x08 \(uint8\)/);
  const buffer = new ArrayBuffer(8) as never;
  await rejects(
    () => readIdx(buffer),
    /^readIdx: got bytes an object of type ArrayBuffer; expected .* in a Uint8Array/,
  );
  await rejects(() => readIdx(good.subarray(0, 6)), /a header with 2 axes in a file of 6 bytes/);
  await rejects(() => readIdx(idx(0x08, [], [])), /with 0 axes/);
});

test('statistics: per feature and global, biased variance', () => {
  const x = { data: Float32Array.of(1, 10, 3, 30), shape: [2, 2] };
  assert.equal(statistics(x, -1), { mean: [2, 20], variance: [1, 100] });
  assert.equal(statistics(x, null), { mean: [11], variance: [131.5] });
  assert.equal(statistics({ data: Uint8Array.of(7, 7), shape: [2] }, null), { mean: [7], variance: [0] });
  assert.throws(() => statistics({ data: new Float32Array(0), shape: [0, 3] }, -1), /expected at least one sample/);
});

test('statistics: a large mean costs no digits of the variance', () => {
  const data = Float64Array.from({ length: 1000 }, (_, i) => 1e8 + (i % 2));
  assert.equal(statistics({ data, shape: [1000, 1] }, -1), { mean: [1e8 + 0.5], variance: [0.25] });
});

test('minMaxStatistics: what a normalization scales to 0 to 1, or to other bounds', () => {
  const x = { data: Float32Array.of(1, 10, 7, 3, 30, 7), shape: [2, 3] };
  assert.equal(minMaxStatistics(x, -1), { mean: [1, 10, 7], variance: [4, 400, 0] });
  assert.equal(minMaxStatistics(x, null), { mean: [1], variance: [29 ** 2] });
  const scaled = ({ mean, variance }: Statistics, values: readonly number[]): number[] =>
    values.map((value, i) => (value - mean[i]) / Math.sqrt(variance[i]));
  const between = minMaxStatistics(x, -1, { low: -1, high: 3 });
  assert.equal(scaled(between, [1, 10]), [-1, -1]);
  assert.equal(scaled(between, [3, 30]), [3, 3]);
  assert.throws(() => minMaxStatistics(x, -1, { low: 1, high: 1 }), /low 1 and high 1; expected low below high/);
  assert.throws(() => minMaxStatistics({ data: new Float32Array(0), shape: [0, 3] }, -1), /at least one sample/);
});

test('statistics of NaN, and along another axis, are refused', () => {
  const x = { data: Float32Array.of(1, Number.NaN), shape: [2, 1] };
  assert.throws(() => statistics(x, -1), /^statistics: got NaN at \[1, 0\]; expected finite numbers/);
  assert.throws(() => minMaxStatistics(x, null), /^minMaxStatistics: got NaN at \[1, 0\]/);
  const fine = { data: Float32Array.of(1, 2), shape: [2, 1] };
  for (const axis of [0, 1, undefined] as never[]) {
    assert.throws(() => statistics(fine, axis), /^statistics: got axis (0|1|undefined); expected -1 .* or null/);
    assert.throws(() => minMaxStatistics(fine, axis), /^minMaxStatistics: got axis/);
  }
  assert.throws(
    () => minMaxStatistics(fine, -1, { low: Number.NEGATIVE_INFINITY }),
    /low -Infinity; expected a finite/,
  );
});

test('NaN and infinity are named with their place', () => {
  checkFinite('x', { data: Float32Array.of(0, -1, 1e30), shape: [3] });
  const data = Float32Array.of(1, 2, 3, 4, Number.NaN, Number.POSITIVE_INFINITY);
  assert.throws(() => checkFinite('x', { data, shape: [3, 2] }), /^x: got NaN at \[2, 0\]; expected finite numbers/);
  assert.throws(
    () => checkFinite('x', { data: Float64Array.of(Number.NEGATIVE_INFINITY), shape: [1] }),
    /-Infinity at \[0\]/,
  );
});

const tensors = {
  'dense/kernel': { data: Float32Array.of(1.5, -2, 0, 3), shape: [2, 2] },
  bytes: { data: Uint8Array.of(1, 2, 3), shape: [3] },
  steps: { data: Int32Array.of(-7), shape: [] },
  exact: { data: Float64Array.of(0.1), shape: [1] },
  empty: { data: new Float32Array(0), shape: [0, 4] },
};

test('safetensors: what is packed comes back', () => {
  const file = writeSafetensors(tensors, { made: 'by a test' });
  assert.equal(readSafetensors(file), { tensors: { ...tensors }, metadata: { made: 'by a test' } });
  // The view of a larger buffer, at an odd place, as a server hands it over.
  const shifted = new Uint8Array(file.length + 1);
  shifted.set(file, 1);
  assert.equal(readSafetensors(shifted.subarray(1)).tensors, { ...tensors });
  assert.equal(readSafetensors(writeSafetensors({})), { tensors: {}, metadata: {} });
});

test('safetensors: the layout of the format', () => {
  const file = writeSafetensors(tensors);
  const headerLength = Number(new DataView(file.buffer).getBigUint64(0, true));
  assert.is(headerLength % 8, 0);
  const header = JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + headerLength)));
  assert.equal(header['dense/kernel'], { dtype: 'F32', shape: [2, 2], data_offsets: [8, 24] });
  assert.equal(header.exact, { dtype: 'F64', shape: [1], data_offsets: [0, 8] });
  assert.equal(header.bytes, { dtype: 'U8', shape: [3], data_offsets: [28, 31] });
  assert.is(file.length, 8 + headerLength + 31);
});

test('safetensors: damaged and foreign files are refused', () => {
  const file = writeSafetensors(tensors);
  assert.throws(() => readSafetensors(file.subarray(0, 4)), /^safetensors: got a file of 4 bytes; expected 8 or more/);
  assert.throws(
    () => readSafetensors(file.subarray(0, 40)),
    /with a header that should end at \d+; expected the whole header/,
  );
  assert.throws(
    () => readSafetensors(file.subarray(0, -1)),
    /got bytes 28 to 31 of 30 for 'bytes'; expected 3 bytes for U8 \[3\]/,
  );
  const foreign = (header: string): Uint8Array =>
    Uint8Array.of(header.length, 0, 0, 0, 0, 0, 0, 0, ...new TextEncoder().encode(header));
  assert.throws(() => readSafetensors(foreign('not json')), /8 bytes as header that are not JSON/);
  assert.throws(() => readSafetensors(foreign('[1]')), /a header that is not a JSON object/);
  assert.throws(
    () => readSafetensors(foreign('{"w":{"dtype":"F8_E4M3","shape":[1],"data_offsets":[0,1]}}')),
    /^safetensors: got the dtype F8_E4M3 of 'w'; expected one of F64, F32, F16, BF16, I64.* Save that tensor as F32/,
  );
  assert.throws(() => readSafetensors(foreign('{"w":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}')), /for 'w'/);
  assert.throws(
    () => readSafetensors('run' as never),
    /^safetensors: got file 'run'; expected a Uint8Array or an ArrayBuffer/,
  );
});

/** A file as others write them: the dtype, shape and elements of each tensor. */
function file(
  tensors: Readonly<Record<string, readonly [dtype: string, data: Uint8Array | BigInt64Array]>>,
): Uint8Array {
  const header: Record<string, object> = {};
  const bytes: number[] = [];
  for (const [name, [dtype, { buffer, length, BYTES_PER_ELEMENT }]] of Object.entries(tensors)) {
    const start = bytes.length;
    bytes.push(...new Uint8Array(buffer));
    const size = BYTES_PER_ELEMENT === 8 ? 8 : dtype.endsWith('16') ? 2 : dtype === 'U32' ? 4 : 1;
    header[name] = { dtype, shape: [(length * BYTES_PER_ELEMENT) / size], data_offsets: [start, bytes.length] };
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  return Uint8Array.of(json.length & 255, json.length >> 8, 0, 0, 0, 0, 0, 0, ...json, ...bytes);
}

test('safetensors: dtypes that tensors do not have are converted, or refused by name', () => {
  // IEEE 754 binary16: 1.5, -0, the largest, the smallest, infinity, NaN; bfloat16: 1.5, -2, nearly 3e38
  const half = Uint16Array.of(0x3e00, 0x8000, 0x7bff, 0x0001, 0x7c00, 0x7e00);
  const brain = Uint16Array.of(0x3fc0, 0xc000, 0x7f62);
  const bytes = ({ buffer }: Uint16Array | Int16Array | Uint32Array) => new Uint8Array(buffer);
  const { tensors } = readSafetensors(
    file({
      half: ['F16', bytes(half)],
      brain: ['BF16', bytes(brain)],
      batches: ['I64', BigInt64Array.of(3n, -(2n ** 31n))],
      words: ['U32', bytes(Uint32Array.of(7, 2 ** 31 - 1))],
      short: ['I16', bytes(Int16Array.of(-3))],
      unsigned: ['U16', bytes(Uint16Array.of(65535))],
      tiny: ['I8', Uint8Array.of(255)],
      mask: ['BOOL', Uint8Array.of(1, 0)],
    }),
  );
  const data = Object.fromEntries(Object.entries(tensors).map(([name, array]) => [name, array.data]));
  assert.equal([...data.half.slice(0, 5)], [1.5, -0, 65504, 2 ** -24, Number.POSITIVE_INFINITY]);
  assert.ok(Number.isNaN(data.half[5]));
  assert.ok(Object.is(data.half[1], -0));
  assert.equal([...data.brain.slice(0, 2)], [1.5, -2]);
  assert.ok(Math.abs(data.brain[2] / 3e38 - 1) < 2 ** -8);
  assert.equal(data.batches, Int32Array.of(3, -(2 ** 31)));
  assert.equal(data.words, Int32Array.of(7, 2 ** 31 - 1));
  assert.equal(data.short, Int32Array.of(-3));
  assert.equal(data.unsigned, Int32Array.of(65535));
  assert.equal(data.tiny, Int32Array.of(-1));
  assert.equal(data.mask, Uint8Array.of(1, 0));
  assert.throws(
    () => readSafetensors(file({ ids: ['I64', BigInt64Array.of(1n, 2n ** 40n)] })),
    /got 1099511627776 as element 1 of 'ids'; expected 32-bit integers.* Save that tensor as F64/,
  );
});

test('safetensors: arrays that the format or its reader would misread are not written', () => {
  const write = (array: unknown, metadata?: unknown) => () =>
    writeSafetensors({ w: array } as never, metadata as never);
  assert.throws(
    write({ data: BigInt64Array.of(1n), shape: [1] }),
    /^writeSafetensors: got w with data a BigInt64Array .* Convert them/,
  );
  assert.throws(write({ data: Float32Array.of(1), shape: [2] }), /w with 1 numbers and the shape \[2\]/);
  assert.throws(write({ data: Float32Array.of(1), shape: [1] }, { a: 1 }), /metadata .*; expected texts by name/);
  assert.throws(() => writeSafetensors(undefined as never), /expected arrays \{ data, shape \} by name/);
  assert.throws(() => writeSafetensors({ __metadata__: tensors.bytes }), /the name '__metadata__'; expected another/);
  const odd = JSON.parse('{ "__proto__": 0 }');
  Object.defineProperty(odd, '__proto__', { value: tensors.bytes });
  assert.equal(Object.keys(readSafetensors(writeSafetensors(odd)).tensors), ['__proto__']);
});

test('safetensors: headers that nest without end, and texts that are none', () => {
  const foreign = (header: string): Uint8Array =>
    Uint8Array.of(header.length & 255, header.length >> 8, 0, 0, 0, 0, 0, 0, ...new TextEncoder().encode(header));
  const deep = `${'['.repeat(10_000)}${']'.repeat(10_000)}`;
  assert.throws(() => readSafetensors(foreign(`{"w":${deep}}`)), /bytes as header that are not JSON/);
  assert.throws(() => readSafetensors(foreign(`{"w":{"dtype":${deep}}}`)), /bytes as header that are not JSON/);
  assert.equal(readSafetensors(foreign('{"__metadata__":{"a":{"toString":1}}}')).metadata, { a: '{"toString":1}' });
});

test('safetensors: each byte is of one tensor, and each name there once', () => {
  /** A file of U8 tensors at these places, and so many bytes for them. */
  const file = (places: Readonly<Record<string, [start: number, end: number]>>, length: number): Uint8Array => {
    const entries = Object.entries(places).map(([name, [start, end]]): [string, object] => [
      name,
      { dtype: 'U8', shape: [end - start], data_offsets: [start, end] },
    ]);
    return withHeader(JSON.stringify(Object.fromEntries(entries)), length);
  };
  const withHeader = (json: string, length: number): Uint8Array => {
    const header = new TextEncoder().encode(json);
    const bytes = new Uint8Array(8 + header.length + length);
    new DataView(bytes.buffer).setUint32(0, header.length, true);
    bytes.set(header, 8);
    return bytes;
  };
  const whole = readSafetensors(file({ last: [2, 5], none: [2, 2], first: [0, 2] }, 5)).tensors;
  assert.equal(Object.keys(whole), ['last', 'none', 'first']);
  assert.throws(
    () => readSafetensors(file({ a: [0, 4], b: [2, 6] }, 6)),
    /got bytes 2 to 6 for 'b' after tensors that end at 4; expected tensors one after another, without overlaps and gaps/,
  );
  assert.throws(
    () => readSafetensors(file({ a: [0, 4], b: [0, 4] }, 4)),
    /bytes 0 to 4 for 'b' after tensors that end at 4/,
  );
  assert.throws(
    () => readSafetensors(file({ a: [0, 2], b: [3, 4] }, 4)),
    /bytes 3 to 4 for 'b' after tensors that end at 2/,
  );
  assert.throws(() => readSafetensors(file({ a: [1, 2] }, 2)), /bytes 1 to 2 for 'a' after tensors that end at 0/);
  assert.throws(() => readSafetensors(file({ a: [0, 4], none: [2, 2] }, 4)), /bytes 2 to 2 for 'none'/);
  assert.throws(
    () => readSafetensors(file({ a: [0, 2] }, 3)),
    /got 3 bytes of tensors that end at 2; expected no bytes after/,
  );
  assert.throws(() => readSafetensors(file({}, 1)), /got 1 bytes of tensors that end at 0/);

  const entry = '{"dtype":"U8","shape":[1],"data_offsets":[0,1]}';
  const twice = (json: string) => () => readSafetensors(withHeader(json, 1));
  assert.throws(twice(`{"a":${entry},"a":${entry}}`), /got the name 'a' twice in the header; expected each name once/);
  assert.throws(twice(`{"a" : ${entry} , "\\u0061"\n: ${entry}}`), /the name 'a' twice/);
  assert.throws(twice(`{"a":${entry.replace('{', '{"dtype":"I32",')}}`), /the name 'dtype' twice/);
  assert.throws(twice(`{"__metadata__":{"x":"","x":""},"a":${entry}}`), /the name 'x' twice/);
  // Texts are no names, whatever is in them.
  twice(`{"__metadata__":{"x":"a","y":"\\"a\\":{","a":"a"},"a":${entry}}`)();
});

test.run();
