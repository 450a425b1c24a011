// C = op(A) op(B), one element per invocation, for products so small that compiling another kernel would take longer
// than running this one. No workgroup memory.

const WORKGROUP_SIZE: u32 = 64;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<f32>;

// The start of row m of op(A), or of column n of op(B), and the distance between its steps of k.
struct Steps { start: u32, stride: u32 }

fn row_of(batch: u32, m: u32) -> Steps {
  if (A_TRANSPOSED) { return Steps(a_origin(batch) + m, params.M); }
  return Steps(a_origin(batch) + m * params.K, 1);
}

fn column_of(batch: u32, n: u32) -> Steps {
  if (B_TRANSPOSED) { return Steps(b_origin(batch) + n * params.K, 1); }
  return Steps(b_origin(batch) + n, params.N);
}

// Computes element i of C; returns its column and whether it is in the first row.
fn compute(i: u32) -> vec2<u32> {
  let n = i % params.N;
  let m = i / params.N % params.M;
  let batch = i / (params.M * params.N);
  let row = row_of(batch, m);
  let column = column_of(batch, n);
  var sum = 0.0;
  for (var k = 0u; k < params.K; k++) { sum += a[row.start + k * row.stride] * b[column.start + k * column.stride]; }
  c[i] = finish(vec4<u32>(n), vec4<f32>(sum)).x;
  return vec2<u32>(n, m);
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn forward(group: Workgroup, @builtin(local_invocation_index) local: u32) {
  let i = index_of(group) * WORKGROUP_SIZE + local;
  if (i < params.batches * params.M * params.N) { _ = compute(i); }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn forward_with_sums(group: Workgroup, @builtin(local_invocation_index) local: u32) {
  let i = index_of(group) * WORKGROUP_SIZE + local;
  if (i >= params.batches * params.M * params.N) { return; }
  let place = compute(i);
  if (place.y > 0) { return; }
  let column = column_of(0, place.x);
  var sum = 0.0;
  for (var k = 0u; k < params.K; k++) { sum += b[column.start + k * column.stride]; }
  sums[place.x] = sum;
}
