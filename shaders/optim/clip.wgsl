// Scales groups of gradients so that no group's norm exceeds max_norm. Gradients may lie in several arenas, with one
// dispatch of each entry point per arena; all sums are in one buffer, so that a group can span arenas.
//   sums   s_c = sum of (gradient_i / unit)^2 over chunk c
//   scale  gradient_i = gradient_i / max(1, sqrt(sum of s_c over the chunks of i's group) unit / max_norm)
// unit = 2^40 max_norm, so that squares do not overflow before norms of 1e31 max_norm.
// gradient: [size] of vec4, contiguous. chunks: (start, end) in gradient, then (first, last + 1) of the group's sums.
// One workgroup per chunk; chunks beyond 65535 fold into grid.y. The order of addition depends only on the sizes.
// Joined to rows/tree.wgsl. Workgroup memory: 4 * WORKGROUP_SIZE bytes.

alias V = f32; // for special.wgsl, like I and B
alias I = i32;
alias B = bool;
const WORKGROUP_SIZE: u32 = 64; // a power of two: the tree reduction halves it
const LANES: u32 = 64; // a workgroup reduces one row: rows/tree.wgsl
const LARGE = 1099511627776.0; // 2^40
struct Params { count: u32, first: u32, max_norm: f32 } // first: position of this arena's first sum
@group(0) @binding(0) var<uniform> params: Params;
// sums(gradient, chunks) -> sums
@group(0) @binding(1) var<storage, read> gradient: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> chunks: array<vec4<u32>>;
@group(0) @binding(3) var<storage, read_write> chunk_sums: array<f32>;
// scale(sums, chunks) -> gradient
@group(0) @binding(1) var<storage, read> group_sums: array<f32>;
@group(0) @binding(3) var<storage, read_write> scaled: array<vec4<f32>>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn sums(group: Workgroup, @builtin(local_invocation_index) local: u32) {
  let c = index_of(group);
  if (c >= params.count) { return; } // uniform
  let chunk = chunks[c];
  var sum = 0.0;
  for (var i = chunk.x + local; i < chunk.y; i += WORKGROUP_SIZE) {
    let in_units = gradient[i] / LARGE / params.max_norm;
    sum += dot(in_units, in_units);
  }
  let total = row_sum(sum, local);
  if (local == 0) { chunk_sums[params.first + c] = total; }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn scale(group: Workgroup, @builtin(local_invocation_index) local: u32) {
  let c = index_of(group);
  if (c >= params.count) { return; } // uniform
  let chunk = chunks[c];
  var sum = 0.0;
  for (var s = chunk.z + local; s < chunk.w; s += WORKGROUP_SIZE) { sum += group_sums[s]; }
  let excess = LARGE * sqrt(row_sum(sum, local));
  // If the norm is NaN, nothing is scaled: the padding must stay 0, and NaN stays where it is.
  let factor = 1.0 / select(max(1.0, excess), 1.0, is_nan(excess));
  for (var i = chunk.x + local; i < chunk.y; i += WORKGROUP_SIZE) { scaled[i] *= factor; }
}
