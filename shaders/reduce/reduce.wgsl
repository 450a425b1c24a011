// Reduces the middle axis of [outer, length, inner] in chunks; start and combine come from reduce/<name>.wgsl.
//   y[o, c, i] = combine over x[o, l, i] for l in chunk c
// x: [outer, length, inner]; y: [outer, chunks, inner]; a second run over the chunks completes a long reduction.
// V is one element, or 4 neighbours: along length in `rows`, which `across` combines at the end, along inner in
// `columns`.
// Sizes are counted in V.
//   rows     inner = 1: one workgroup per (o, c); its invocations walk the chunk in steps of WORKGROUP_SIZE, then a
//     tree.
//   columns  one workgroup per TILE neighbours of (o, c, i); LANES invocations for each walk the chunk, then a tree.
// The order of combination depends only on sizes and constants. Workgroup memory: 4 or 16 * WORKGROUP_SIZE bytes.

alias T = f32;
alias V = f32;
alias I = i32; // for special.wgsl, like B
alias B = bool;
const WORKGROUP_SIZE: u32 = 64; // a power of two, like TILE: tree reductions halve both
const TILE: u32 = 64; // columns per workgroup
const LANES: u32 = WORKGROUP_SIZE / TILE;
struct Params { outer: u32, length: u32, inner: u32, chunks: u32, chunk_length: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<V>;
@group(0) @binding(2) var<storage, read_write> y_rows: array<T>;
@group(0) @binding(2) var<storage, read_write> y_columns: array<V>;

var<workgroup> partial: array<V, WORKGROUP_SIZE>;

// Combines the elements at `base + l * stride` for l = first, first + step, ... before last; four loads at a time.
fn walk(base: u32, stride: u32, first: u32, last: u32, step: u32) -> V {
  var sum = start(x[base]);
  var l = first;
  for (; l + 3 * step < last; l += 4 * step) {
    let i = base + l * stride;
    let next = step * stride;
    sum = combine(sum, combine(combine(x[i], x[i + next]), combine(x[i + 2 * next], x[i + 3 * next])));
  }
  for (; l < last; l += step) { sum = combine(sum, x[base + l * stride]); }
  return sum;
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn rows(group: Workgroup, @builtin(local_invocation_index) local: u32) {
  let row = index_of(group);
  if (row >= params.outer * params.chunks) { return; } // uniform
  let first = row % params.chunks * params.chunk_length;
  let last = min(first + params.chunk_length, params.length);
  let base = row / params.chunks * params.length + first;
  partial[local] = walk(base, 1, local, last - first, WORKGROUP_SIZE);
  workgroupBarrier();
  for (var half = WORKGROUP_SIZE / 2; half > 0; half /= 2) {
    if (local < half) { partial[local] = combine(partial[local], partial[local + half]); }
    workgroupBarrier();
  }
  if (local == 0) { y_rows[row] = across(partial[0]); }
}

// The combination of all lanes of a column, valid in its first lane.
fn combined(value: V, local: u32) -> V {
  if (LANES == 1) { return value; }
  partial[local] = value;
  workgroupBarrier();
  for (var half = LANES / 2; half > 0; half /= 2) {
    if (local < half * TILE) { partial[local] = combine(partial[local], partial[local + half * TILE]); }
    workgroupBarrier();
  }
  return partial[local];
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn columns(group: Workgroup, @builtin(local_invocation_index) local: u32) {
  let i = index_of(group) * TILE + local % TILE;
  let is_inside = i < params.outer * params.chunks * params.inner;
  var sum: V;
  if (is_inside) {
    let column = i % params.inner;
    let chunk = i / params.inner % params.chunks;
    let first = chunk * params.chunk_length;
    let last = min(first + params.chunk_length, params.length);
    let base = (i / (params.inner * params.chunks) * params.length + first) * params.inner + column;
    sum = walk(base, params.inner, local / TILE, last - first, LANES);
  }
  let total = combined(sum, local);
  if (is_inside && local < TILE) { y_columns[i] = total; }
}
