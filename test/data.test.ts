import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { checkFinite, minMaxStatistics, readIdx, type Statistics, statistics } from '../src/data/index.ts';
import { pack, unpack } from '../src/train/safetensors.ts';
import { rejects } from './check.ts';

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
  await rejects(() => readIdx(good.subarray(0, 6)), /a header that announces 2 axes in a file of 6 bytes/);
  await rejects(() => readIdx(idx(0x08, [], [])), /announces 0 axes/);
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
    assert.throws(() => statistics(fine, axis), /^statistics: got axis (0|1|undefined); expected -1, .* or null/);
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
  const file = pack(tensors, { made: 'by a test' });
  assert.equal(unpack(file), { tensors: { ...tensors }, metadata: { made: 'by a test' } });
  // The view of a larger buffer, at an odd place, as a server hands it over.
  const shifted = new Uint8Array(file.length + 1);
  shifted.set(file, 1);
  assert.equal(unpack(shifted.subarray(1)).tensors, { ...tensors });
  assert.equal(unpack(pack({})), { tensors: {}, metadata: {} });
});

test('safetensors: the layout of the format', () => {
  const file = pack(tensors);
  const headerLength = Number(new DataView(file.buffer).getBigUint64(0, true));
  assert.is(headerLength % 8, 0);
  const header = JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + headerLength)));
  assert.equal(header['dense/kernel'], { dtype: 'F32', shape: [2, 2], data_offsets: [8, 24] });
  assert.equal(header.exact, { dtype: 'F64', shape: [1], data_offsets: [0, 8] });
  assert.equal(header.bytes, { dtype: 'U8', shape: [3], data_offsets: [28, 31] });
  assert.is(file.length, 8 + headerLength + 31);
});

test('safetensors: damaged and foreign files are refused', () => {
  const file = pack(tensors);
  assert.throws(() => unpack(file.subarray(0, 4)), /^safetensors: got a file of 4 bytes; expected 8 or more/);
  assert.throws(() => unpack(file.subarray(0, 40)), /with a header that should end at \d+; expected the whole header/);
  assert.throws(
    () => unpack(file.subarray(0, -1)),
    /got bytes 28 to 31 of 30 for 'bytes'; expected 3 bytes for U8 \[3\]/,
  );
  const foreign = (header: string): Uint8Array =>
    Uint8Array.of(header.length, 0, 0, 0, 0, 0, 0, 0, ...new TextEncoder().encode(header));
  assert.throws(() => unpack(foreign('not json')), /8 bytes as header that are no JSON/);
  assert.throws(() => unpack(foreign('[1]')), /a header that is no JSON object/);
  assert.throws(
    () => unpack(foreign('{"w":{"dtype":"BF16","shape":[1],"data_offsets":[0,2]}}')),
    /BF16.*for 'w'; expected dtype/,
  );
  assert.throws(() => unpack(foreign('{"w":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}')), /for 'w'/);
  assert.throws(() => unpack('run' as never), /^safetensors: got file 'run'; expected a Uint8Array or an ArrayBuffer/);
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
  const whole = unpack(file({ last: [2, 5], none: [2, 2], first: [0, 2] }, 5)).tensors;
  assert.equal(Object.keys(whole), ['last', 'none', 'first']);
  assert.throws(
    () => unpack(file({ a: [0, 4], b: [2, 6] }, 6)),
    /got bytes 2 to 6 for 'b' after tensors that end at 4; expected tensors one after another, without overlaps and gaps/,
  );
  assert.throws(() => unpack(file({ a: [0, 4], b: [0, 4] }, 4)), /bytes 0 to 4 for 'b' after tensors that end at 4/);
  assert.throws(() => unpack(file({ a: [0, 2], b: [3, 4] }, 4)), /bytes 3 to 4 for 'b' after tensors that end at 2/);
  assert.throws(() => unpack(file({ a: [1, 2] }, 2)), /bytes 1 to 2 for 'a' after tensors that end at 0/);
  assert.throws(() => unpack(file({ a: [0, 4], none: [2, 2] }, 4)), /bytes 2 to 2 for 'none'/);
  assert.throws(() => unpack(file({ a: [0, 2] }, 3)), /got 3 bytes of tensors that end at 2; expected no bytes after/);
  assert.throws(() => unpack(file({}, 1)), /got 1 bytes of tensors that end at 0/);

  const entry = '{"dtype":"U8","shape":[1],"data_offsets":[0,1]}';
  const twice = (json: string) => () => unpack(withHeader(json, 1));
  assert.throws(twice(`{"a":${entry},"a":${entry}}`), /got the name 'a' twice in the header; expected each name once/);
  assert.throws(twice(`{"a" : ${entry} , "\\u0061"\n: ${entry}}`), /the name 'a' twice/);
  assert.throws(twice(`{"a":${entry.replace('{', '{"dtype":"I32",')}}`), /the name 'dtype' twice/);
  assert.throws(twice(`{"__metadata__":{"x":"","x":""},"a":${entry}}`), /the name 'x' twice/);
  // Texts are no names, whatever is in them.
  twice(`{"__metadata__":{"x":"a","y":"\\"a\\":{","a":"a"},"a":${entry}}`)();
});

test.run();
