// C = op(A) op(B) in registers alone: for software GPUs, where workgroup memory is slower than reading again.
// An invocation computes 16 x 8 outputs as 4 x 2 blocks; a workgroup (16 * GROUP_M) x (8 * GROUP_N).
// No workgroup memory.

const GROUP_M: u32 = 4;
const GROUP_N: u32 = 4;
const TILE_M: u32 = 16;
const TILE_N: u32 = 8;

@compute @workgroup_size(GROUP_N, GROUP_M)
fn forward(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_id) local: vec3<u32>,
) {
  let tiles_m = (params.M + TILE_M * GROUP_M - 1) / (TILE_M * GROUP_M);
  let tiles_n = (params.N + TILE_N * GROUP_N - 1) / (TILE_N * GROUP_N);
  let tile = group.y * groups.x + group.x;
  let batch = tile / (tiles_m * tiles_n);
  let m = ((tile / tiles_n) % tiles_m * GROUP_M + local.y) * TILE_M;
  let n = (tile % tiles_n * GROUP_N + local.x) * TILE_N;
  if (batch >= params.batches || m >= params.M || n >= params.N) { return; }
  let a0_start = a_start(batch, m);
  let a1_start = a_start(batch, m + 4);
  let a2_start = a_start(batch, m + 8);
  let a3_start = a_start(batch, m + 12);
  let b0_start = b_start(batch, n);
  let b1_start = b_start(batch, n + 4);
  var c00: mat4x4<f32>; var c01: mat4x4<f32>;
  var c10: mat4x4<f32>; var c11: mat4x4<f32>;
  var c20: mat4x4<f32>; var c21: mat4x4<f32>;
  var c30: mat4x4<f32>; var c31: mat4x4<f32>;
  for (var k = 0u; k < params.K; k += 4) {
    let b0 = b_block(b0_start, k, n);
    let b1 = b_block(b1_start, k, n + 4);
    let a0 = a_block(a0_start, m, k);
    c00 += b0 * a0; c01 += b1 * a0;
    let a1 = a_block(a1_start, m + 4, k);
    c10 += b0 * a1; c11 += b1 * a1;
    let a2 = a_block(a2_start, m + 8, k);
    c20 += b0 * a2; c21 += b1 * a2;
    let a3 = a_block(a3_start, m + 12, k);
    c30 += b0 * a3; c31 += b1 * a3;
  }
  store(batch, m, n, c00); store(batch, m, n + 4, c01);
  store(batch, m + 4, n, c10); store(batch, m + 4, n + 4, c11);
  store(batch, m + 8, n, c20); store(batch, m + 8, n + 4, c21);
  store(batch, m + 12, n, c30); store(batch, m + 12, n + 4, c31);
}
