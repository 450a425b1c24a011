// Adds the partial products of a product that was split along K, in order, and applies the epilogue.
//   C[i] = f(sum_p parts[p, i] + bias[i % N])      sums[n] = sum_p part_sums[p, n]
// parts: [PARTS, batches * M * N]; part_sums: [PARTS, N], any buffer without SUMS. One invocation per element of C,
// then per element of sums. No workgroup memory.

const WORKGROUP_SIZE: u32 = 64;
const PARTS: u32 = 1;
@group(0) @binding(1) var<storage, read> parts: array<f32>;
@group(0) @binding(2) var<storage, read> part_sums: array<f32>;

fn merge(i: u32, size: u32) {
  var sum = 0.0;
  for (var part = 0u; part < PARTS; part++) { sum += parts[part * size + i]; }
  c[i] = finish(vec4<u32>(i % params.N), vec4<f32>(sum)).x;
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn forward(group: Workgroup, @builtin(local_invocation_index) local: u32) {
  let i = index_of(group) * WORKGROUP_SIZE + local;
  let size = params.batches * params.M * params.N;
  if (i < size) { merge(i, size); }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn forward_with_sums(group: Workgroup, @builtin(local_invocation_index) local: u32) {
  let i = index_of(group) * WORKGROUP_SIZE + local;
  let size = params.batches * params.M * params.N;
  if (i < size) {
    merge(i, size);
  } else if (i < size + params.N) {
    let n = i - size;
    var sum = 0.0;
    for (var part = 0u; part < PARTS; part++) { sum += part_sums[part * params.N + n]; }
    sums[n] = sum;
  }
}
