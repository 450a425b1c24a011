// C = A op(B) for A and B that are both contiguous along k, without workgroup memory: the 4 invocations of a quad each add
// up every fourth four products of the same 8 x 8 outputs, and meet at the end. See lanes.wgsl.
// A block is a mat4x4 whose columns are 4 steps of k for each of 4 rows of A or columns of B.

const WORKGROUP_SIZE: u32 = 4;
const TILE_M: u32 = 8;
const TILE_N: u32 = 8;
const K_ALIGNED: bool = false; // K is a multiple of 4: A and B are read as vec4
@group(0) @binding(1) var<storage, read> a: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> b: array<vec4<f32>>;

// Elements e to e + 3, of which `valid` lie in the row; the others are 0.
fn a_steps(e: u32, valid: u32) -> vec4<f32> {
  if (K_ALIGNED) { return a[e >> 2]; }
  let v = vec4<f32>(
    a[e >> 2][e & 3], a[(e + 1) >> 2][(e + 1) & 3], a[(e + 2) >> 2][(e + 2) & 3], a[(e + 3) >> 2][(e + 3) & 3],
  );
  return select(vec4<f32>(), v, vec4<u32>(0, 1, 2, 3) < vec4<u32>(valid));
}

fn b_steps(e: u32, valid: u32) -> vec4<f32> {
  if (K_ALIGNED) { return b[e >> 2]; }
  let v = vec4<f32>(
    b[e >> 2][e & 3], b[(e + 1) >> 2][(e + 1) & 3], b[(e + 2) >> 2][(e + 2) & 3], b[(e + 3) >> 2][(e + 3) & 3],
  );
  return select(vec4<f32>(), v, vec4<u32>(0, 1, 2, 3) < vec4<u32>(valid));
}

fn a_block(e: vec4<u32>, valid: u32) -> mat4x4<f32> {
  return mat4x4<f32>(a_steps(e.x, valid), a_steps(e.y, valid), a_steps(e.z, valid), a_steps(e.w, valid));
}

fn b_block(e: vec4<u32>, valid: u32) -> mat4x4<f32> {
  return mat4x4<f32>(b_steps(e.x, valid), b_steps(e.y, valid), b_steps(e.z, valid), b_steps(e.w, valid));
}

// The sum over the quad, for each invocation.
fn over_quad(v: vec4<f32>) -> vec4<f32> {
  let pair = v + quadSwapX(v);
  return pair + quadSwapY(pair);
}

// Each invocation of the quad stores one of four columns.
fn store(rows: vec4<u32>, n: vec4<u32>, local: u32, sum: mat4x4<f32>) {
  let column = n[local];
  c[rows.x + column] = finish(n, over_quad(sum[0]))[local];
  c[rows.y + column] = finish(n, over_quad(sum[1]))[local];
  c[rows.z + column] = finish(n, over_quad(sum[2]))[local];
  c[rows.w + column] = finish(n, over_quad(sum[3]))[local];
}

// The columns of a tile of the first rows, and the sums of B over k.
struct Columns { n_first: vec4<u32>, n_last: vec4<u32>, sum_first: vec4<f32>, sum_last: vec4<f32>, are_first: bool }

fn compute(group: vec3<u32>, groups: vec3<u32>, local: u32) -> Columns {
  let M = params.M;
  let N = params.N;
  let K = params.K;
  let tiles_m = (M + TILE_M - 1) / TILE_M;
  let tiles_n = (N + TILE_N - 1) / TILE_N;
  let tile = group.y * groups.x + group.x;
  let batch = tile / (tiles_m * tiles_n);
  if (batch >= params.batches) { return Columns(); }
  let m = tile / tiles_n % tiles_m * TILE_M;
  let n = tile % tiles_n * TILE_N;
  let m_first = min(m + vec4<u32>(0, 1, 2, 3), vec4<u32>(M - 1));
  let m_last = min(m + vec4<u32>(4, 5, 6, 7), vec4<u32>(M - 1));
  let n_first = min(n + vec4<u32>(0, 1, 2, 3), vec4<u32>(N - 1));
  let n_last = min(n + vec4<u32>(4, 5, 6, 7), vec4<u32>(N - 1));
  let a0_start = a_origin(batch) + m_first * K;
  let a1_start = a_origin(batch) + m_last * K;
  let b0_start = b_origin(batch) + n_first * K;
  let b1_start = b_origin(batch) + n_last * K;
  var c00: mat4x4<f32>; var c01: mat4x4<f32>;
  var c10: mat4x4<f32>; var c11: mat4x4<f32>;
  var sum_first: vec4<f32>; var sum_last: vec4<f32>;
  for (var k = 4 * local; k < K; k += 16) {
    let a0 = a_block(a0_start + k, K - k);
    let a1 = a_block(a1_start + k, K - k);
    let b0 = b_block(b0_start + k, K - k);
    let b1 = b_block(b1_start + k, K - k);
    let b0_rows = transpose(b0);
    let b1_rows = transpose(b1);
    c00 += b0_rows * a0; c01 += b1_rows * a0;
    c10 += b0_rows * a1; c11 += b1_rows * a1;
    if (SUMS && m == 0) {
      sum_first += b0_rows * vec4<f32>(1);
      sum_last += b1_rows * vec4<f32>(1);
    }
  }
  let rows_first = (batch * M + m_first) * N;
  let rows_last = (batch * M + m_last) * N;
  store(rows_first, n_first, local, c00); store(rows_first, n_last, local, c01);
  store(rows_last, n_first, local, c10); store(rows_last, n_last, local, c11);
  return Columns(n_first, n_last, over_quad(sum_first), over_quad(sum_last), m == 0);
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
  let columns = compute(group, groups, local);
  if (columns.are_first) {
    sums[columns.n_first[local]] = columns.sum_first[local];
    sums[columns.n_last[local]] = columns.sum_last[local];
  }
}
