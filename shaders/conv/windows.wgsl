// Windows that slide over images; joined to the kernels conv/*.wgsl.
//   tap (i, j) of window (r, c) lies at row r * STRIDE_H + i * DILATION_H - top, column c * STRIDE_W + j * DILATION_W -
//     left
// Images: [images, height, width, channels]. A map has one element per window and channel: [images, rows, columns,
// channels].
// Both are contiguous, in vectors V of one or four channels; `channels` counts vectors.

alias V = f32;
alias I = i32; // an integer vector of the same width
alias B = bool;
alias T = V; // for the activation at the end
const WORKGROUP_SIZE: u32 = 64;
const SIZE_H: i32 = 1;
const SIZE_W: i32 = 1;
const STRIDE_H: i32 = 1;
const STRIDE_W: i32 = 1;
const DILATION_H: i32 = 1;
const DILATION_W: i32 = 1;
const REACH_H: i32 = ((SIZE_H - 1) * DILATION_H + STRIDE_H) / STRIDE_H; // most windows that contain a pixel, per axis
const REACH_W: i32 = ((SIZE_W - 1) * DILATION_W + STRIDE_W) / STRIDE_W;
struct Params {
  height: i32, width: i32, channels: u32, rows: i32, columns: i32, top: i32, left: i32, bottom: i32, right: i32,
}
@group(0) @binding(0) var<uniform> params: Params;

// A pixel or window, and one vector of its channels. z and y of the grid are image and row, so an invocation needs only
// one division to find its place.
struct Place { image: u32, row: i32, column: i32, channel: u32 }

fn place(group: Workgroup, local: u32) -> Place {
  let i = group.id.x * WORKGROUP_SIZE + local;
  let column = i / params.channels;
  return Place(group.id.z, i32(group.id.y), i32(column), i - column * params.channels);
}

// The pixel at a tap of a window, row * width + column; -1 for padding.
fn pixel_at(window: Place, i: i32, j: i32) -> i32 {
  let row = window.row * STRIDE_H + i * DILATION_H - params.top;
  let column = window.column * STRIDE_W + j * DILATION_W - params.left;
  let inside = row >= 0 && row < params.height && column >= 0 && column < params.width;
  return select(-1, row * params.width + column, inside);
}

// a / by, rounded down, for 0 <= a < 2^21: adding 0.5 exceeds all rounding errors. GPUs have no integer division, and a
// software GPU divides lane by lane.
fn quotient(a: i32, by: i32) -> i32 {
  if (by == 1) { return a; }
  return i32((f32(a) + 0.5) / f32(by));
}

// A window, its tap at a given pixel, and whether both exist.
struct Reach { row: i32, column: i32, tap: i32, inside: bool }

// Window (i, j) of the REACH_H x REACH_W windows that may contain a pixel, counted backwards from the last.
fn reach(pixel: Place, i: i32, j: i32) -> Reach {
  let y = pixel.row + params.top;
  let x = pixel.column + params.left;
  let row = quotient(y, STRIDE_H) - i;
  let column = quotient(x, STRIDE_W) - j;
  let down = y - row * STRIDE_H; // from the window's first tap to the pixel
  let along = x - column * STRIDE_W;
  let tap_row = quotient(down, DILATION_H);
  let tap_column = quotient(along, DILATION_W);
  let inside = row >= 0 && row < params.rows && column >= 0 && column < params.columns
    && tap_row < SIZE_H && tap_row * DILATION_H == down && tap_column < SIZE_W && tap_column * DILATION_W == along;
  return Reach(row, column, tap_row * SIZE_W + tap_column, inside);
}

// The position in memory of a pixel's channel in images, or a window's channel in maps.
fn in_images(at: Place, pixel: i32) -> u32 {
  return (at.image * u32(params.height * params.width) + u32(pixel)) * params.channels + at.channel;
}
fn in_maps(at: Place, row: i32, column: i32) -> u32 {
  return (at.image * u32(params.rows * params.columns) + u32(row * params.columns + column)) * params.channels + at.channel;
}
