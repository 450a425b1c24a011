// The maximum of each window, per channel.
//   forward   y[o] = max over taps of x[pixel], or NaN; also the first pixel, in row-major order, that has it
//   backward  dx[pixel] = sum of dy[o] over the windows o whose maximum is at the pixel
//   backward_apart  the same gradient for windows that do not overlap
// x, dx: images; y, dy, largest: maps. One invocation per vector of channels and window, pixel, or (backward_apart)
// block of pixels from one window's start to the next. No workgroup memory.

const LOWEST: f32 = -0x1.fffffep127f;
// forward(x) -> y, largest
@group(0) @binding(1) var<storage, read> x: array<V>;
@group(0) @binding(2) var<storage, read_write> y: array<V>;
@group(0) @binding(3) var<storage, read_write> largest: array<I>;
// backward(largest_saved, dy) -> dx; backward_apart likewise
@group(0) @binding(1) var<storage, read> largest_saved: array<I>;
@group(0) @binding(2) var<storage, read> dy: array<V>;
@group(0) @binding(3) var<storage, read_write> dx: array<V>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn forward(group: Workgroup, @builtin(local_invocation_index) local: u32) {
  let window = place(group, local);
  if (window.column >= params.columns) { return; }
  var best = V(LOWEST);
  var best_pixel = I(-1);
  for (var i = 0; i < SIZE_H; i++) {
    for (var j = 0; j < SIZE_W; j++) {
      let pixel = pixel_at(window, i, j);
      let v = x[in_images(window, max(pixel, 0))];
      let better = B(pixel >= 0) & ((best_pixel < I(0)) | (((v > best) | is_nan(v)) & !is_nan(best)));
      best = select(best, v, better);
      best_pixel = select(best_pixel, I(pixel), better);
    }
  }
  let at = in_maps(window, window.row, window.column);
  y[at] = best;
  largest[at] = best_pixel;
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn backward(group: Workgroup, @builtin(local_invocation_index) local: u32) {
  let pixel = place(group, local);
  if (pixel.column >= params.width) { return; }
  let here = pixel.row * params.width + pixel.column;
  var sum = V();
  for (var i = 0; i < REACH_H; i++) {
    for (var j = 0; j < REACH_W; j++) {
      let window = reach(pixel, i, j);
      if (window.inside) {
        let at = in_maps(pixel, window.row, window.column);
        sum += select(V(), dy[at], largest_saved[at] == I(here));
      }
    }
  }
  dx[in_images(pixel, here)] = sum;
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn backward_apart(group: Workgroup, @builtin(local_invocation_index) local: u32) {
  let block = place(group, local); // also beyond the last window, where pixels are in no window
  let first_row = block.row * STRIDE_H - params.top;
  let first_column = block.column * STRIDE_W - params.left;
  if (first_column >= params.width) { return; }
  let is_window = block.row < params.rows && block.column < params.columns;
  let at = in_maps(block, min(block.row, params.rows - 1), min(block.column, params.columns - 1));
  let d = select(V(), dy[at], is_window);
  let pixel_of_largest = largest_saved[at];
  for (var row = max(first_row, 0); row < min(first_row + STRIDE_H, params.height); row++) {
    for (var column = max(first_column, 0); column < min(first_column + STRIDE_W, params.width); column++) {
      let pixel = row * params.width + column;
      dx[in_images(block, pixel)] = select(V(), d, pixel_of_largest == I(pixel));
    }
  }
}
