// C = A op(B)^T for A and B that are both contiguous along k, without workgroup memory: the 4 invocations of a quad each
// add up every fourth product of the same 8 x 8 outputs, and meet at the end. See lanes.wgsl.

const WORKGROUP_SIZE: u32 = 4;
const TILE_M: u32 = 8;
const TILE_N: u32 = 8;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<f32>;

fn a_at(e: vec4<u32>) -> vec4<f32> { return vec4<f32>(a[e.x], a[e.y], a[e.z], a[e.w]); }
fn b_at(e: vec4<u32>) -> vec4<f32> { return vec4<f32>(b[e.x], b[e.y], b[e.z], b[e.w]); }

fn product(b: vec4<f32>, a: vec4<f32>) -> mat4x4<f32> { return mat4x4<f32>(b * a.x, b * a.y, b * a.z, b * a.w); }

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
  for (var k = local; k < K; k += 4) {
    let a0 = a_at(a0_start + k);
    let a1 = a_at(a1_start + k);
    let b0 = b_at(b0_start + k);
    let b1 = b_at(b1_start + k);
    c00 += product(b0, a0); c01 += product(b1, a0);
    c10 += product(b0, a1); c11 += product(b1, a1);
    if (SUMS && m == 0) {
      sum_first += b0;
      sum_last += b1;
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
