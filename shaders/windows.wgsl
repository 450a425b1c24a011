// Windows that slide over images; joined to what a window is made into (windows/*.wgsl).
//   tap (i, j) of window (r, c) lies at row r * STRIDE_H + i * DILATION_H - top, column c * STRIDE_W + j * DILATION_W - left
// Images: [images, height, width, channels]; a map has one element for each window and channel: [images, rows, columns,
// channels]. Both contiguous, in vectors V of one channel or four, in which channels are counted.

alias V = f32;
alias I = i32; // as many integers
alias B = bool;
const WORKGROUP_SIZE: u32 = 64;
const SIZE_H: i32 = 1;
const SIZE_W: i32 = 1;
const STRIDE_H: i32 = 1;
const STRIDE_W: i32 = 1;
const DILATION_H: i32 = 1;
const DILATION_W: i32 = 1;
struct Params {
  images: u32, height: i32, width: i32, channels: u32, rows: i32, columns: i32,
  top: i32, left: i32, bottom: i32, right: i32, groups: u32, chunks: u32,
}
@group(0) @binding(0) var<uniform> params: Params;

// A vector's image, place in the plane and channel.
struct Place { image: u32, row: i32, column: i32, channel: u32, inside: bool }

fn place_in(i: u32, rows: i32, columns: i32) -> Place {
  let plane = u32(rows * columns);
  let channel = i % params.channels;
  let pixel = i / params.channels;
  let image = pixel / plane;
  let in_plane = i32(pixel % plane);
  return Place(image, in_plane / columns, in_plane % columns, channel, image < params.images);
}

// Vector i of a map, or of an image.
fn window_of(i: u32) -> Place { return place_in(i, params.rows, params.columns); }
fn pixel_of(i: u32) -> Place { return place_in(i, params.height, params.width); }

// The pixel at a tap of a window, counted in the plane; -1 for padding.
fn pixel_at(window: Place, i: i32, j: i32) -> i32 {
  let row = window.row * STRIDE_H + i * DILATION_H - params.top;
  let column = window.column * STRIDE_W + j * DILATION_W - params.left;
  let inside = row >= 0 && row < params.height && column >= 0 && column < params.width;
  return select(-1, row * params.width + column, inside);
}

// The window of which tap (i, j) lies at a pixel, counted in the plane; -1 if there is none.
fn window_at(pixel: Place, i: i32, j: i32) -> i32 {
  let y = pixel.row + params.top - i * DILATION_H;
  let x = pixel.column + params.left - j * DILATION_W;
  let row = y / STRIDE_H;
  let column = x / STRIDE_W;
  let inside = y >= 0 && row < params.rows && x >= 0 && column < params.columns;
  return select(-1, row * params.columns + column, inside && row * STRIDE_H == y && column * STRIDE_W == x);
}

// Where a pixel of an image, or a window of a map, is in memory.
fn in_images(at: Place, pixel: i32) -> u32 {
  return (at.image * u32(params.height * params.width) + u32(pixel)) * params.channels + at.channel;
}
fn in_maps(at: Place, window: i32) -> u32 {
  return (at.image * u32(params.rows * params.columns) + u32(window)) * params.channels + at.channel;
}
