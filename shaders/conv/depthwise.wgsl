// Depthwise convolution: each channel has its own filters and MULTIPLIER outputs.
//   convolve    y[o, c, m] = f(sum over taps of x[pixel, c] filter[tap, c, m] + bias[c, m])
//   deconvolve  x[pixel, c] = f(sum over m, and the windows o that contain the pixel, of y[o, c, m] filter[tap, c, m] +
//     bias[c])
//   correlate   parts[n, row, tap, c, m] = sum over columns of x[pixel, c] y[o, c, m]: the filter gradient per row of
//     windows
// x: images; y: maps of channels * MULTIPLIER; filter: [SIZE_H * SIZE_W, channels, MULTIPLIER]. Channels come in
// vectors only if MULTIPLIER is 1. f comes from unary/<name>.wgsl or linear.wgsl. One invocation per window, pixel, or
// row of windows, and vector of channels. No workgroup memory.

const BIAS: bool = false;
const MULTIPLIER: u32 = 1;
// convolve(x, filter, bias) -> y; without BIAS any buffer is bound third
@group(0) @binding(1) var<storage, read> x: array<V>;
@group(0) @binding(2) var<storage, read> taps: array<V>;
@group(0) @binding(3) var<storage, read> bias: array<V>;
@group(0) @binding(4) var<storage, read_write> y: array<V>;
// deconvolve(y_given, filter, bias) -> sums
@group(0) @binding(1) var<storage, read> y_given: array<V>;
@group(0) @binding(4) var<storage, read_write> sums: array<V>;
// correlate(x, y_other) -> parts
@group(0) @binding(2) var<storage, read> y_other: array<V>;
@group(0) @binding(3) var<storage, read_write> parts: array<V>;

fn tap_of(at: Place, tap: i32) -> u32 { return (u32(tap) * params.channels + at.channel) * MULTIPLIER; }

@compute @workgroup_size(WORKGROUP_SIZE)
fn convolve(group: Workgroup, @builtin(local_invocation_index) local: u32) {
  let window = place(group, local);
  if (window.column >= params.columns) { return; }
  for (var m = 0u; m < MULTIPLIER; m++) {
    var sum = V();
    for (var i = 0; i < SIZE_H; i++) {
      for (var j = 0; j < SIZE_W; j++) {
        let pixel = pixel_at(window, i, j);
        if (pixel >= 0) { sum += x[in_images(window, pixel)] * taps[tap_of(window, i * SIZE_W + j) + m]; }
      }
    }
    if (BIAS) { sum += bias[window.channel * MULTIPLIER + m]; }
    y[in_maps(window, window.row, window.column) * MULTIPLIER + m] = f(sum);
  }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn deconvolve(group: Workgroup, @builtin(local_invocation_index) local: u32) {
  let pixel = place(group, local);
  if (pixel.column >= params.width) { return; }
  var sum = V();
  for (var i = 0; i < REACH_H; i++) {
    for (var j = 0; j < REACH_W; j++) {
      let window = reach(pixel, i, j);
      if (!window.inside) { continue; }
      let at = in_maps(pixel, window.row, window.column) * MULTIPLIER;
      for (var m = 0u; m < MULTIPLIER; m++) { sum += y_given[at + m] * taps[tap_of(pixel, window.tap) + m]; }
    }
  }
  if (BIAS) { sum += bias[pixel.channel]; }
  sums[in_images(pixel, pixel.row * params.width + pixel.column)] = f(sum);
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn correlate(group: Workgroup, @builtin(local_invocation_index) local: u32) {
  var window = place(group, local); // the first window of its row
  if (window.column > 0) { return; }
  let row = (window.image * u32(params.rows) + group.id.y) * u32(SIZE_H * SIZE_W) * params.channels * MULTIPLIER;
  for (var m = 0u; m < MULTIPLIER; m++) {
    var sum = array<V, SIZE_H * SIZE_W>();
    for (window.column = 0; window.column < params.columns; window.column++) {
      let dy = y_other[in_maps(window, window.row, window.column) * MULTIPLIER + m];
      for (var i = 0; i < SIZE_H; i++) {
        for (var j = 0; j < SIZE_W; j++) {
          let pixel = pixel_at(window, i, j);
          if (pixel >= 0) { sum[i * SIZE_W + j] += x[in_images(window, pixel)] * dy; }
        }
      }
    }
    for (var tap = 0; tap < SIZE_H * SIZE_W; tap++) { parts[row + tap_of(window, tap) + m] = sum[tap]; }
  }
}
