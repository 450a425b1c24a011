// C = op(A) op(B) in registers alone: for software GPUs, where workgroup memory is slower than reading again.
// An invocation computes TILE_M x TILE_N outputs as 2 x 4 blocks. The invocations of a workgroup, one below the other,
// become the lanes of one vector instruction. No workgroup memory.

const WORKGROUP_SIZE: u32 = 4;
const TILE_M: u32 = 8;
const TILE_N: u32 = 16;

@compute @workgroup_size(WORKGROUP_SIZE)
fn forward(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let tiles_m = (params.M + TILE_M * WORKGROUP_SIZE - 1) / (TILE_M * WORKGROUP_SIZE);
  let tiles_n = (params.N + TILE_N - 1) / TILE_N;
  let tile = group.y * groups.x + group.x;
  let batch = tile / (tiles_m * tiles_n);
  let m = ((tile / tiles_n) % tiles_m * WORKGROUP_SIZE + local) * TILE_M;
  let n = tile % tiles_n * TILE_N;
  if (batch >= params.batches || m >= params.M) { return; }
  let a0_start = a_start(batch, m);
  let a1_start = a_start(batch, m + 4);
  let b0_start = b_start(batch, n);
  let b1_start = b_start(batch, n + 4);
  let b2_start = b_start(batch, n + 8);
  let b3_start = b_start(batch, n + 12);
  var c00: mat4x4<f32>; var c01: mat4x4<f32>; var c02: mat4x4<f32>; var c03: mat4x4<f32>;
  var c10: mat4x4<f32>; var c11: mat4x4<f32>; var c12: mat4x4<f32>; var c13: mat4x4<f32>;
  for (var k = 0u; k < params.K; k += 4) {
    let a0 = a_block(a0_start, m, k);
    let a1 = a_block(a1_start, m + 4, k);
    let b0 = b_block(b0_start, k, n);
    c00 += b0 * a0; c10 += b0 * a1;
    let b1 = b_block(b1_start, k, n + 4);
    c01 += b1 * a0; c11 += b1 * a1;
    let b2 = b_block(b2_start, k, n + 8);
    c02 += b2 * a0; c12 += b2 * a1;
    let b3 = b_block(b3_start, k, n + 12);
    c03 += b3 * a0; c13 += b3 * a1;
  }
  store(batch, m, n, c00); store(batch, m, n + 4, c01);
  store(batch, m, n + 8, c02); store(batch, m, n + 12, c03);
  store(batch, m + 4, n, c10); store(batch, m + 4, n + 4, c11);
  store(batch, m + 4, n + 8, c12); store(batch, m + 4, n + 12, c13);
}
