// Writes four adjacent elements of a row of C where N is a multiple of 4; joined to matmul.wgsl.

@group(0) @binding(4) var<storage, read_write> c_vectors: array<vec4<f32>>;

fn store_row(batch: u32, m: u32, n: u32, sum: vec4<f32>) {
  if (m >= params.M || n >= params.N) { return; }
  c_vectors[((batch * params.M + m) * params.N + n) / 4] = finish(n + vec4<u32>(0, 1, 2, 3), sum);
}
