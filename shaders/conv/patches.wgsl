// Adds windows, given as rows of a matrix, into images.
//   x[pixel, (g, c)] = f(sum of patches[g, o, tap, c] over the windows o that contain the pixel + bias[(g, c)])
// x: images; patches: [groups, images * rows * columns, SIZE_H * SIZE_W, channels / groups]; bias: [channels].
// f comes from unary/<name>.wgsl or linear.wgsl. One invocation per pixel and vector of channels. No workgroup memory.

const BIAS: bool = false;
const GROUPS: u32 = 1; // groups of channels
// scatter(patches, bias) -> x; without BIAS any buffer is bound second
@group(0) @binding(1) var<storage, read> patches: array<V>;
@group(0) @binding(2) var<storage, read> bias: array<V>;
@group(0) @binding(3) var<storage, read_write> x: array<V>;

// The position of a window's first tap in patches; taps are `depth` apart.
fn in_patches(at: Place, row: i32, column: i32, images: u32, depth: u32) -> u32 {
  let window = at.image * u32(params.rows * params.columns) + u32(row * params.columns + column);
  if (GROUPS == 1) { return window * u32(SIZE_H * SIZE_W) * depth + at.channel; }
  let first = at.channel / depth * images * u32(params.rows * params.columns);
  return (first + window) * u32(SIZE_H * SIZE_W) * depth + at.channel % depth;
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn scatter(group: Workgroup, @builtin(local_invocation_index) local: u32) {
  let pixel = place(group, local);
  if (pixel.column >= params.width) { return; }
  let depth = params.channels / GROUPS;
  var sum = V();
  for (var i = 0; i < REACH_H; i++) {
    for (var j = 0; j < REACH_W; j++) {
      let window = reach(pixel, i, j);
      if (window.inside) {
        sum += patches[in_patches(pixel, window.row, window.column, group.count.z, depth) + u32(window.tap) * depth];
      }
    }
  }
  if (BIAS) { sum += bias[pixel.channel]; }
  x[in_images(pixel, pixel.row * params.width + pixel.column)] = f(sum);
}
