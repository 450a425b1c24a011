// Writes four adjacent elements of a row of C, those inside it, for any N; joined to matmul.wgsl.

fn store_row(batch: u32, m: u32, n: u32, sum: vec4<f32>) {
  if (m >= params.M) { return; }
  let start = (batch * params.M + m) * params.N + n;
  let v = finish(min(n + vec4<u32>(0, 1, 2, 3), vec4<u32>(params.N - 1)), sum);
  if (n < params.N) { c[start] = v.x; }
  if (n + 1 < params.N) { c[start + 1] = v.y; }
  if (n + 2 < params.N) { c[start + 2] = v.z; }
  if (n + 3 < params.N) { c[start + 3] = v.w; }
}
