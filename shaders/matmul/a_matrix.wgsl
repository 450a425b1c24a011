// Reads 4 x 4 blocks of A, a matrix or a stack of them; joined to blocks.wgsl.

const A_ALIGNED: bool = false; // the length of A's rows in memory is a multiple of 4: read as vec4
@group(0) @binding(1) var<storage, read> a: array<vec4<f32>>;

fn a_at(e: u32) -> f32 { return a[e >> 2u][e & 3u]; }

// Four adjacent elements from e; those beyond the first `valid`, outside the matrix, are 0.
fn a_vector(e: u32, valid: u32) -> vec4<f32> {
  if (A_ALIGNED) { return a[e >> 2u]; }
  let v = vec4<f32>(a_at(e), a_at(e + 1), a_at(e + 2), a_at(e + 3));
  return select(vec4<f32>(), v, vec4<u32>(0, 1, 2, 3) < vec4<u32>(valid));
}

// The starts of the four vectors of a block at k = 0: four rows if the operand is contiguous along k, or four steps of
// k if it is contiguous along m or n. Past M or N the last ones are read again; their products are never stored.
fn a_start(batch: u32, m: u32) -> vec4<u32> {
  let origin = a_origin(batch);
  if (A_TRANSPOSED) { return origin + min(m, ((params.M + 3) & ~3u) - 4) + vec4<u32>(0, 1, 2, 3) * params.M; }
  return origin + min(m + vec4<u32>(0, 1, 2, 3), vec4<u32>(params.M - 1)) * params.K;
}

// Column r holds A[m + r, k .. k + 3].
fn a_block(start: vec4<u32>, m: u32, k: u32) -> mat4x4<f32> {
  if (A_TRANSPOSED) {
    let e = start + k * params.M;
    let valid = params.M - min(m, params.M);
    return transpose(mat4x4<f32>(
      within(a_vector(e.x, valid), k), within(a_vector(e.y, valid), k + 1),
      within(a_vector(e.z, valid), k + 2), within(a_vector(e.w, valid), k + 3),
    ));
  }
  let e = start + k;
  let valid = params.K - k;
  return mat4x4<f32>(a_vector(e.x, valid), a_vector(e.y, valid), a_vector(e.z, valid), a_vector(e.w, valid));
}
