// C = op(A) op(B) without workgroup memory; B is contiguous along n, so neighbouring invocations read neighbours of it.
// The 4 invocations of a quad share what they read of A: each loads one of 4 neighbours, and quadBroadcast hands them
// round. An invocation computes 8 rows of C at 2 x 4 columns, 16 apart, or where TILE_N is 16 at 4. For GPUs in software, where a load costs several
// multiplications and a barrier more than a whole tile.
// Rows and columns past the border repeat the last one: they are computed like it and stored over it, bit by bit the same.

const WORKGROUP_SIZE: u32 = 4;
const TILE_M: u32 = 8;
const TILE_N: u32 = 32;
const NARROW: bool = TILE_N == 16;
const B_ALIGNED: bool = false; // N is a multiple of 4: B is read as vec4
const K_ALIGNED: bool = false; // so is K: there is no rest, and less to compile
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<vec4<f32>>;

var<private> b_start: u32;
var<private> n_first: vec4<u32>; // this invocation's columns
var<private> n_last: vec4<u32>;
var<private> c00: mat4x4<f32>; // rows 0 .. 3, columns n_first
var<private> c01: mat4x4<f32>; // rows 0 .. 3, columns n_last
var<private> c10: mat4x4<f32>; // rows 4 .. 7
var<private> c11: mat4x4<f32>;
var<private> sum_first: vec4<f32>;
var<private> sum_last: vec4<f32>;

fn a_at(e: vec4<u32>) -> vec4<f32> { return vec4<f32>(a[e.x], a[e.y], a[e.z], a[e.w]); }

// Neighbouring elements of a row of B, or the last one again past its end.
fn b_at(e: vec4<u32>) -> vec4<f32> {
  if (B_ALIGNED) { return b[e.x >> 2]; }
  return vec4<f32>(b[e.x >> 2][e.x & 3], b[e.y >> 2][e.y & 3], b[e.z >> 2][e.z & 3], b[e.w >> 2][e.w & 3]);
}

// What the invocations of a quad hold, in order.
fn from_quad(v: f32) -> vec4<f32> {
  return vec4<f32>(quadBroadcast(v, 0u), quadBroadcast(v, 1u), quadBroadcast(v, 2u), quadBroadcast(v, 3u));
}

fn product(b: vec4<f32>, a: vec4<f32>) -> mat4x4<f32> { return mat4x4<f32>(b * a.x, b * a.y, b * a.z, b * a.w); }

// Four columns from n on; past the border the last ones again.
fn columns_from(n: u32) -> vec4<u32> {
  if (B_ALIGNED) { return min(n, params.N - 4) + vec4<u32>(0, 1, 2, 3); }
  return min(n + vec4<u32>(0, 1, 2, 3), vec4<u32>(params.N - 1));
}

// Adds step k of the sums: A's rows 0 .. 3 and 4 .. 7 at k.
fn accumulate(k: u32, a0: vec4<f32>, a1: vec4<f32>) {
  let b0 = b_at(b_start + k * params.N + n_first);
  c00 += product(b0, a0);
  c10 += product(b0, a1);
  if (NARROW) { return; }
  let b1 = b_at(b_start + k * params.N + n_last);
  c01 += product(b1, a0);
  c11 += product(b1, a1);
}

fn store_row(start: u32, sum_first: vec4<f32>, sum_last: vec4<f32>) {
  let first = finish(n_first, sum_first);
  c[start + n_first.x] = first.x; c[start + n_first.y] = first.y;
  c[start + n_first.z] = first.z; c[start + n_first.w] = first.w;
  if (NARROW) { return; }
  let last = finish(n_last, sum_last);
  c[start + n_last.x] = last.x; c[start + n_last.y] = last.y;
  c[start + n_last.z] = last.z; c[start + n_last.w] = last.w;
}

// Computes a tile; returns whether the invocation belongs to a tile of the first rows.
fn compute(group: vec3<u32>, groups: vec3<u32>, local: u32) -> bool {
  let M = params.M;
  let K = params.K;
  let tiles_m = (M + TILE_M - 1) / TILE_M;
  let tiles_n = (params.N + TILE_N - 1) / TILE_N;
  let tile = group.y * groups.x + group.x;
  let batch = tile / (tiles_m * tiles_n);
  if (batch >= params.batches) { return false; }
  let m = tile / tiles_n % tiles_m * TILE_M;
  let n = tile % tiles_n * TILE_N + 4 * local;
  let m_first = min(m + vec4<u32>(0, 1, 2, 3), vec4<u32>(M - 1));
  let m_last = min(m + vec4<u32>(4, 5, 6, 7), vec4<u32>(M - 1));
  n_first = columns_from(n);
  n_last = columns_from(n + 16);
  b_start = b_origin(batch);
  let unrolled = K & ~3u;
  if (A_TRANSPOSED) {
    var e0 = a_origin(batch) + min(m + local, M - 1);
    var e1 = a_origin(batch) + min(m + 4 + local, M - 1);
    for (var k = 0u; k < unrolled; k += 4) {
      accumulate(k, from_quad(a[e0]), from_quad(a[e1]));
      accumulate(k + 1, from_quad(a[e0 + M]), from_quad(a[e1 + M]));
      accumulate(k + 2, from_quad(a[e0 + 2 * M]), from_quad(a[e1 + 2 * M]));
      accumulate(k + 3, from_quad(a[e0 + 3 * M]), from_quad(a[e1 + 3 * M]));
      e0 += 4 * M;
      e1 += 4 * M;
    }
    for (var k = unrolled; !K_ALIGNED && k < K; k++) {
      accumulate(k, from_quad(a[e0]), from_quad(a[e1]));
      e0 += M;
      e1 += M;
    }
  } else {
    let e0 = a_origin(batch) + m_first * K;
    let e1 = a_origin(batch) + m_last * K;
    for (var k = 0u; k < unrolled; k += 4) {
      let a0 = a_at(e0 + k + local);
      let a1 = a_at(e1 + k + local);
      accumulate(k, quadBroadcast(a0, 0u), quadBroadcast(a1, 0u));
      accumulate(k + 1, quadBroadcast(a0, 1u), quadBroadcast(a1, 1u));
      accumulate(k + 2, quadBroadcast(a0, 2u), quadBroadcast(a1, 2u));
      accumulate(k + 3, quadBroadcast(a0, 3u), quadBroadcast(a1, 3u));
    }
    for (var k = unrolled; !K_ALIGNED && k < K; k++) { accumulate(k, a_at(e0 + k), a_at(e1 + k)); }
  }
  if (SUMS && m == 0) { // apart from the loop above, which a branch would slow down
    for (var k = 0u; k < K; k++) {
      sum_first += b_at(b_start + k * params.N + n_first);
      if (!NARROW) { sum_last += b_at(b_start + k * params.N + n_last); }
    }
  }
  let rows_first = (batch * M + m_first) * params.N;
  let rows_last = (batch * M + m_last) * params.N;
  store_row(rows_first.x, c00[0], c01[0]); store_row(rows_first.y, c00[1], c01[1]);
  store_row(rows_first.z, c00[2], c01[2]); store_row(rows_first.w, c00[3], c01[3]);
  store_row(rows_last.x, c10[0], c11[0]); store_row(rows_last.y, c10[1], c11[1]);
  store_row(rows_last.z, c10[2], c11[2]); store_row(rows_last.w, c10[3], c11[3]);
  return m == 0;
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn forward(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  _ = compute(group, groups, local);
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn forward_with_sums(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  if (compute(group, groups, local)) {
    sums[n_first.x] = sum_first.x; sums[n_first.y] = sum_first.y;
    sums[n_first.z] = sum_first.z; sums[n_first.w] = sum_first.w;
    if (NARROW) { return; }
    sums[n_last.x] = sum_last.x; sums[n_last.y] = sum_last.y;
    sums[n_last.z] = sum_last.z; sums[n_last.w] = sum_last.w;
  }
}
