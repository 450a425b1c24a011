// Windows as rows of a matrix, so that a convolution is a product; and the sums that take them back.
//   gather   patches[g, o, tap, c] = x[pixel at tap of o, (g, c)], 0 in the padding
//   scatter  x[pixel, (g, c)] = f(sum of patches[g, o, tap, c] over the windows o that reach the pixel + bias[(g, c)])
// x: images; patches: [groups, images * rows * columns, SIZE_H * SIZE_W, channels / groups]; bias: [channels].
// f comes from unary/<name>.wgsl or linear.wgsl. An invocation per window, or per pixel, and vector of channels.
// No workgroup memory.

alias T = V;
const BIAS: bool = false;
// gather(x) -> patches
@group(0) @binding(1) var<storage, read> x: array<V>;
@group(0) @binding(2) var<storage, read_write> patches: array<V>;
// scatter(patches_given, bias) -> sums; without BIAS the second is anything
@group(0) @binding(1) var<storage, read> patches_given: array<V>;
@group(0) @binding(2) var<storage, read> bias: array<V>;
@group(0) @binding(3) var<storage, read_write> sums: array<V>;

// Where a window's first tap is in memory; taps are `depth` apart.
fn in_patches(at: Place, window: i32, depth: u32) -> u32 {
  let windows = u32(params.rows * params.columns);
  let row = (at.channel / depth * params.images + at.image) * windows + u32(window);
  return row * u32(SIZE_H * SIZE_W) * depth + at.channel % depth;
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn gather(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let window = window_of((group.y * groups.x + group.x) * WORKGROUP_SIZE + local);
  if (!window.inside) { return; }
  let depth = params.channels / params.groups;
  var to = in_patches(window, window.row * params.columns + window.column, depth);
  for (var i = 0; i < SIZE_H; i++) {
    for (var j = 0; j < SIZE_W; j++) {
      let pixel = pixel_at(window, i, j);
      patches[to] = select(V(), x[in_images(window, max(pixel, 0))], pixel >= 0);
      to += depth;
    }
  }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn scatter(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let at = (group.y * groups.x + group.x) * WORKGROUP_SIZE + local;
  let pixel = pixel_of(at);
  if (!pixel.inside) { return; }
  let depth = params.channels / params.groups;
  var sum = V();
  for (var i = 0; i < SIZE_H; i++) {
    for (var j = 0; j < SIZE_W; j++) {
      let window = window_at(pixel, i, j);
      if (window >= 0) { sum += patches_given[in_patches(pixel, window, depth) + u32(i * SIZE_W + j) * depth]; }
    }
  }
  if (BIAS) { sum += bias[pixel.channel]; }
  sums[at] = f(sum);
}
