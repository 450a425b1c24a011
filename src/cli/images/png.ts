import { inflateSync } from 'node:zlib';

/** Larger images would exhaust memory, and no network takes them as input. */
const MOST_PIXELS = 100_000_000;

/** Samples per pixel by the colour type: grey, RGB, palette, grey with alpha, RGB with alpha. */
const CHANNELS: ReadonlyMap<number, number> = new Map([
  [0, 1],
  [2, 3],
  [3, 1],
  [4, 2],
  [6, 4],
]);

/** Each pass of an interlaced image: the first pixel (x, y), and the distance between pixels across and down. */
const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

/** The chunks that pixels depend on. Others (texts, profiles) can be compressed too, without stating their size. */
const NEEDED = ['IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND'];

const SIGNATURE = 8;
/** Length, type and checksum of a chunk. */
const FRAME = 12;

/**
 * Reduces a PNG to the chunks that its pixels depend on.
 * @throws Error if the header states no pixels or too many, or if the data do not unpack to the size that it states.
 */
export function neededParts(file: Uint8Array): Uint8Array {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const kept: Uint8Array[] = [file.subarray(0, SIGNATURE)];
  const pixels: Uint8Array[] = [];
  let announced = -1;
  for (let start = SIGNATURE, type = ''; type !== 'IEND'; ) {
    const length = start + FRAME <= file.length ? view.getUint32(start) : file.length;
    const end = start + FRAME + length;
    if (end > file.length) throw new Error('it is truncated');
    type = String.fromCharCode(...file.subarray(start + 4, start + 8));
    const data = file.subarray(start + 8, end - 4);
    if (start === SIGNATURE) announced = type === 'IHDR' ? bytesOf(data) : announced;
    if (type === 'IDAT') pixels.push(data);
    if (NEEDED.includes(type)) kept.push(file.subarray(start, end));
    start = end;
  }
  if (announced < 0) throw new Error('it does not begin with a header');
  if (unpackedLength(pixels, announced) !== announced)
    throw new Error(`its pixels do not unpack to the ${announced} bytes that its header states`);
  return Buffer.concat(kept);
}

/** Bytes of the unpacked pixels that a header describes; each row begins with a filter byte. */
function bytesOf(header: Uint8Array): number {
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  if (width === 0 || height === 0 || width * height > MOST_PIXELS) {
    throw new Error(`it is ${width} x ${height}; 1 to ${MOST_PIXELS} pixels can be read`);
  }
  const [depth, colour, , , interlaced] = header.subarray(8);
  const bits = depth * (CHANNELS.get(colour) ?? 0);
  const passes = interlaced === 1 ? ADAM7 : [[0, 0, 1, 1] as const];
  return passes.reduce((sum, [x, y, across, down]) => {
    const columns = Math.ceil((width - x) / across);
    const rows = Math.ceil((height - y) / down);
    return columns <= 0 || rows <= 0 ? sum : sum + rows * (1 + Math.ceil((columns * bits) / 8));
  }, 0);
}

/** The length of unpacked bytes; unpacking stops at `most + 1`. */
function unpackedLength(packed: readonly Uint8Array[], most: number): number {
  try {
    return inflateSync(Buffer.concat(packed), { maxOutputLength: most + 1 }).length;
  } catch (error) {
    if (error instanceof RangeError) return most + 1; // longer than `most`
    throw error;
  }
}
