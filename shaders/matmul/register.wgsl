// C = op(A) op(B) in registers alone: for software GPUs, where workgroup memory is slower than reading again.
// An invocation computes TILE x TILE outputs as 4 x 4 blocks. The invocations of a workgroup, one below the other,
// become the lanes of one vector instruction. No workgroup memory.

const WORKGROUP_SIZE: u32 = 4;
const TILE: u32 = 16;

@compute @workgroup_size(WORKGROUP_SIZE)
fn forward(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let tiles_m = (params.M + TILE * WORKGROUP_SIZE - 1) / (TILE * WORKGROUP_SIZE);
  let tiles_n = (params.N + TILE - 1) / TILE;
  let tile = group.y * groups.x + group.x;
  let batch = tile / (tiles_m * tiles_n);
  let m = ((tile / tiles_n) % tiles_m * WORKGROUP_SIZE + local) * TILE;
  let n = tile % tiles_n * TILE;
  if (batch >= params.batches || m >= params.M) { return; }
  let a0_start = a_start(batch, m);
  let a1_start = a_start(batch, m + 4);
  let a2_start = a_start(batch, m + 8);
  let a3_start = a_start(batch, m + 12);
  let b0_start = b_start(batch, n);
  let b1_start = b_start(batch, n + 4);
  let b2_start = b_start(batch, n + 8);
  let b3_start = b_start(batch, n + 12);
  var c00: mat4x4<f32>; var c01: mat4x4<f32>; var c02: mat4x4<f32>; var c03: mat4x4<f32>;
  var c10: mat4x4<f32>; var c11: mat4x4<f32>; var c12: mat4x4<f32>; var c13: mat4x4<f32>;
  var c20: mat4x4<f32>; var c21: mat4x4<f32>; var c22: mat4x4<f32>; var c23: mat4x4<f32>;
  var c30: mat4x4<f32>; var c31: mat4x4<f32>; var c32: mat4x4<f32>; var c33: mat4x4<f32>;
  for (var k = 0u; k < params.K; k += 4) {
    let b0 = b_block(b0_start, k, n);
    let b1 = b_block(b1_start, k, n + 4);
    let b2 = b_block(b2_start, k, n + 8);
    let b3 = b_block(b3_start, k, n + 12);
    let a0 = a_block(a0_start, m, k);
    c00 += b0 * a0; c01 += b1 * a0; c02 += b2 * a0; c03 += b3 * a0;
    let a1 = a_block(a1_start, m + 4, k);
    c10 += b0 * a1; c11 += b1 * a1; c12 += b2 * a1; c13 += b3 * a1;
    let a2 = a_block(a2_start, m + 8, k);
    c20 += b0 * a2; c21 += b1 * a2; c22 += b2 * a2; c23 += b3 * a2;
    let a3 = a_block(a3_start, m + 12, k);
    c30 += b0 * a3; c31 += b1 * a3; c32 += b2 * a3; c33 += b3 * a3;
  }
  store(batch, m, n, c00); store(batch, m, n + 4, c01);
  store(batch, m, n + 8, c02); store(batch, m, n + 12, c03);
  store(batch, m + 4, n, c10); store(batch, m + 4, n + 4, c11);
  store(batch, m + 4, n + 8, c12); store(batch, m + 4, n + 12, c13);
  store(batch, m + 8, n, c20); store(batch, m + 8, n + 4, c21);
  store(batch, m + 8, n + 8, c22); store(batch, m + 8, n + 12, c23);
  store(batch, m + 12, n, c30); store(batch, m + 12, n + 4, c31);
  store(batch, m + 12, n + 8, c32); store(batch, m + 12, n + 12, c33);
}
