// Reads 4 x 4 blocks of B and writes those of C: transposed while loading, guarded at the borders; joined to
// matmul.wgsl and to a_matrix.wgsl or a_windows.wgsl, which read A.
// The columns of a block, a mat4x4, are rows of C: C_block += b_block * a_block.

const B_ALIGNED: bool = false; // the length of B's rows in memory is a multiple of 4: read as vec4
@group(0) @binding(2) var<storage, read> b: array<vec4<f32>>;

fn b_at(e: u32) -> f32 { return b[e >> 2u][e & 3u]; }

// Four adjacent elements from e; those beyond the first `valid`, outside the matrix, are 0.
fn b_vector(e: u32, valid: u32) -> vec4<f32> {
  if (B_ALIGNED) { return b[e >> 2u]; }
  let v = vec4<f32>(b_at(e), b_at(e + 1), b_at(e + 2), b_at(e + 3));
  return select(vec4<f32>(), v, vec4<u32>(0, 1, 2, 3) < vec4<u32>(valid));
}

// The starts of the four vectors of a block at k = 0, as for A: four columns, or four steps of k.
fn b_start(batch: u32, n: u32) -> vec4<u32> {
  let origin = b_origin(batch);
  if (B_TRANSPOSED) { return origin + min(n + vec4<u32>(0, 1, 2, 3), vec4<u32>(params.N - 1)) * params.K; }
  return origin + min(n, ((params.N + 3) & ~3u) - 4) + vec4<u32>(0, 1, 2, 3) * params.N;
}

// Column i holds B[k + i, n .. n + 3].
fn b_block(start: vec4<u32>, k: u32, n: u32) -> mat4x4<f32> {
  if (B_TRANSPOSED) {
    let e = start + k;
    let valid = params.K - k;
    return transpose(mat4x4<f32>(
      b_vector(e.x, valid), b_vector(e.y, valid), b_vector(e.z, valid), b_vector(e.w, valid),
    ));
  }
  let e = start + k * params.N;
  let valid = params.N - min(n, params.N);
  return mat4x4<f32>(
    within(b_vector(e.x, valid), k), within(b_vector(e.y, valid), k + 1),
    within(b_vector(e.z, valid), k + 2), within(b_vector(e.w, valid), k + 3),
  );
}

fn store(batch: u32, m: u32, n: u32, block: mat4x4<f32>) {
  store_row(batch, m, n, block[0]);
  store_row(batch, m + 1, n, block[1]);
  store_row(batch, m + 2, n, block[2]);
  store_row(batch, m + 3, n, block[3]);
}
