// Reduces the middle axis of [outer, length, inner] in chunks; start and combine come from reduce/<name>.wgsl.
//   y[o, c, i] = combine over x[o, l, i] for l in chunk c
// x: [outer, length, inner]; y: [outer, chunks, inner]; a second run over the chunks completes a long reduction.
//   rows     inner = 1: a workgroup per (o, c); its invocations walk the chunk in steps of WORKGROUP_SIZE, then a tree.
//   columns  an invocation per (o, c, i), neighbours reading neighbours.
// The order of combination depends on the sizes alone. Workgroup memory: 4 * WORKGROUP_SIZE bytes in rows.

alias T = f32;
const WORKGROUP_SIZE: u32 = 64; // a power of two: the tree halves it
struct Params { outer: u32, length: u32, inner: u32, chunks: u32, chunk_length: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<T>;
@group(0) @binding(2) var<storage, read_write> y: array<T>;

var<workgroup> partial: array<T, WORKGROUP_SIZE>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn rows(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let row = group.y * groups.x + group.x;
  if (row >= params.outer * params.chunks) { return; } // uniform
  let base = row / params.chunks * params.length;
  let first = row % params.chunks * params.chunk_length;
  let last = min(first + params.chunk_length, params.length);
  var sum = start(x[base + first]);
  for (var l = first + local; l < last; l += WORKGROUP_SIZE) { sum = combine(sum, x[base + l]); }
  partial[local] = sum;
  workgroupBarrier();
  for (var half = WORKGROUP_SIZE / 2; half > 0; half /= 2) {
    if (local < half) { partial[local] = combine(partial[local], partial[local + half]); }
    workgroupBarrier();
  }
  if (local == 0) { y[row] = partial[0]; }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn columns(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let i = (group.y * groups.x + group.x) * WORKGROUP_SIZE + local;
  if (i >= params.outer * params.chunks * params.inner) { return; }
  let column = i % params.inner;
  let chunk = i / params.inner % params.chunks;
  let base = i / (params.inner * params.chunks) * params.length * params.inner + column;
  let first = chunk * params.chunk_length;
  let last = min(first + params.chunk_length, params.length);
  var sum = start(x[base + first * params.inner]);
  for (var l = first; l < last; l++) { sum = combine(sum, x[base + l * params.inner]); }
  y[i] = sum;
}
