// Reads 4 x 4 blocks of A where its rows are windows of images, directly from the images; replaces a_matrix.wgsl.
//   A[g, (image, row, column), (i, j, d)] = a[image, row * STRIDE_H + i * DILATION_H - TOP,
//     column * STRIDE_W + j * DILATION_W - LEFT, g * DEPTH + d], and 0 outside
// a: [images, HEIGHT, WIDTH, CHANNELS], with channels in groups of DEPTH. Sizes are constants, because division by a
// constant compiles to a multiplication.

const HEIGHT: i32 = 1;
const WIDTH: i32 = 1;
const CHANNELS: i32 = 4;
const DEPTH: u32 = 4;
const ROWS: u32 = 1; // rows and columns of windows
const COLUMNS: u32 = 1;
const SIZE_W: u32 = 1;
const STRIDE_H: i32 = 1;
const STRIDE_W: i32 = 1;
const DILATION_H: i32 = 1;
const DILATION_W: i32 = 1;
const TOP: i32 = 0;
const LEFT: i32 = 0;
const A_ALIGNED: bool = DEPTH % 4 == 0; // four adjacent elements are channels of one tap
@group(0) @binding(1) var<storage, read> a: array<vec4<f32>>;

// Four rows of A (the starts of their windows) or four columns (the offsets of their taps from the start).
struct Places { row: vec4<i32>, column: vec4<i32>, first: vec4<i32> }
struct Place { row: i32, column: i32, first: i32 }

fn nth(at: Places, i: u32) -> Place { return Place(at.row[i], at.column[i], at.first[i]); }

// Rows m of A; `first` is the first element of the image.
fn windows_at(m: vec4<u32>) -> Places {
  let line = m / COLUMNS;
  let image = line / ROWS;
  return Places(
    vec4<i32>(line - image * ROWS) * STRIDE_H - TOP,
    vec4<i32>(m - line * COLUMNS) * STRIDE_W - LEFT,
    vec4<i32>(image) * (HEIGHT * WIDTH * CHANNELS),
  );
}

// Columns k of A; `first` is an element within a pixel.
fn taps_at(k: vec4<u32>) -> Places {
  let tap = k / DEPTH;
  let i = tap / SIZE_W;
  return Places(vec4<i32>(i) * DILATION_H, vec4<i32>(tap - i * SIZE_W) * DILATION_W, vec4<i32>(k - tap * DEPTH));
}

// Four adjacent elements of a row of A; those beyond the first `valid`, outside the row, are 0.
fn a_vector(window: Place, taps: Places, valid: u32) -> vec4<f32> {
  if (A_ALIGNED) {
    let row = window.row + taps.row.x;
    let column = window.column + taps.column.x;
    let inside = row >= 0 && row < HEIGHT && column >= 0 && column < WIDTH;
    let e = window.first + (row * WIDTH + column) * CHANNELS + taps.first.x;
    return select(vec4<f32>(), a[select(0, e >> 2u, inside)], inside);
  }
  let row = window.row + taps.row;
  let column = window.column + taps.column;
  let inside = (row >= vec4<i32>()) & (row < vec4<i32>(HEIGHT)) & (column >= vec4<i32>()) & (column < vec4<i32>(WIDTH))
    & (vec4<u32>(0, 1, 2, 3) < vec4<u32>(valid));
  let e = select(vec4<i32>(), window.first + (row * WIDTH + column) * CHANNELS + taps.first, inside);
  let v = vec4<f32>(a[e.x >> 2u][e.x & 3], a[e.y >> 2u][e.y & 3], a[e.z >> 2u][e.z & 3], a[e.w >> 2u][e.w & 3]);
  return select(vec4<f32>(), v, inside);
}

// Rows, or columns, m .. m + 3 of a group's matrix. Past M the last ones are read again; their products are never
// stored.
fn a_start(group: u32, m: u32) -> Places {
  var at: Places;
  if (A_TRANSPOSED) {
    at = taps_at(min(m, ((params.M + 3) & ~3u) - 4) + vec4<u32>(0, 1, 2, 3));
  } else {
    at = windows_at(min(m + vec4<u32>(0, 1, 2, 3), vec4<u32>(params.M - 1)));
  }
  at.first += i32(group * DEPTH);
  return at;
}

// Column r holds A[m + r, k .. k + 3].
fn a_block(start: Places, m: u32, k: u32) -> mat4x4<f32> {
  let steps = k + vec4<u32>(0, 1, 2, 3);
  if (A_TRANSPOSED) {
    let w = windows_at(steps);
    return transpose(mat4x4<f32>(
      within(a_vector(nth(w, 0), start, 4), k), within(a_vector(nth(w, 1), start, 4), k + 1),
      within(a_vector(nth(w, 2), start, 4), k + 2), within(a_vector(nth(w, 3), start, 4), k + 3),
    ));
  }
  let taps = taps_at(steps);
  let valid = params.K - k;
  return mat4x4<f32>(
    a_vector(nth(start, 0), taps, valid), a_vector(nth(start, 1), taps, valid),
    a_vector(nth(start, 2), taps, valid), a_vector(nth(start, 3), taps, valid),
  );
}
