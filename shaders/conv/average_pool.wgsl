// The mean of each window, per channel; padding is left out of the mean, or counted as zeros if COUNT_PAD.
//   forward   y[o] = sum over taps of x[pixel] / count(o)
//   backward  dx[pixel] = sum of dy[o] / count(o) over the windows o that contain the pixel
// x, dx: images; y, dy: maps. One invocation per window, or per pixel, and vector of channels. No workgroup memory.

const COUNT_PAD: bool = false;
// forward(x) -> y
@group(0) @binding(1) var<storage, read> x: array<V>;
@group(0) @binding(2) var<storage, read_write> y: array<V>;
// backward(dy) -> dx
@group(0) @binding(1) var<storage, read> dy: array<V>;
@group(0) @binding(2) var<storage, read_write> dx: array<V>;

// The number of `size` taps, counted from `start`, that lie in low .. high - 1.
fn taps_within(start: i32, size: i32, dilation: i32, low: i32, high: i32) -> i32 {
  let before_low = min((max(low - start, 0) + dilation - 1) / dilation, size);
  let before_high = min((max(high - start, 0) + dilation - 1) / dilation, size);
  return before_high - before_low;
}

fn count(row: i32, column: i32) -> V {
  let pad = i32(COUNT_PAD);
  let down = taps_within(
    row * STRIDE_H - params.top, SIZE_H, DILATION_H, -pad * params.top, params.height + pad * params.bottom,
  );
  let along = taps_within(
    column * STRIDE_W - params.left, SIZE_W, DILATION_W, -pad * params.left, params.width + pad * params.right,
  );
  return V(f32(max(1, down * along)));
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn forward(group: Workgroup, @builtin(local_invocation_index) local: u32) {
  let window = place(group, local);
  if (window.column >= params.columns) { return; }
  var sum = V();
  for (var i = 0; i < SIZE_H; i++) {
    for (var j = 0; j < SIZE_W; j++) {
      let pixel = pixel_at(window, i, j);
      sum += select(V(), x[in_images(window, max(pixel, 0))], pixel >= 0);
    }
  }
  y[in_maps(window, window.row, window.column)] = sum / count(window.row, window.column);
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn backward(group: Workgroup, @builtin(local_invocation_index) local: u32) {
  let pixel = place(group, local);
  if (pixel.column >= params.width) { return; }
  var sum = V();
  for (var i = 0; i < REACH_H; i++) {
    for (var j = 0; j < REACH_W; j++) {
      let window = reach(pixel, i, j);
      if (window.inside) { sum += dy[in_maps(pixel, window.row, window.column)] / count(window.row, window.column); }
    }
  }
  dx[in_images(pixel, pixel.row * params.width + pixel.column)] = sum;
}
