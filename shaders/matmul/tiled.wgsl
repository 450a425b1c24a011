// C = op(A) op(B) through workgroup memory: a workgroup computes TILE x TILE outputs, each invocation 4 x 4 of them.
// A and B pass through workgroup memory in slices of SLICE along K, so that each is read from storage once per tile.
// Workgroup memory: 2 * TILE * SLICE * 4 bytes (8 KiB).

const TILE: u32 = 64;
const SLICE: u32 = 16;
const SIDE: u32 = 16; // TILE / 4: invocations along each side

// [SLICE / 4][TILE / 4] blocks each
var<workgroup> a_slice: array<mat4x4<f32>, 64>;
var<workgroup> b_slice: array<mat4x4<f32>, 64>;

@compute @workgroup_size(SIDE, SIDE)
fn forward(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_id) local: vec3<u32>,
  @builtin(local_invocation_index) index: u32,
) {
  let tiles_m = (params.M + TILE - 1) / TILE;
  let tiles_n = (params.N + TILE - 1) / TILE;
  let tile = group.y * groups.x + group.x;
  let batch = tile / (tiles_m * tiles_n);
  if (batch >= params.batches) { return; } // uniform: no invocation of this workgroup reaches a barrier
  let m = (tile / tiles_n) % tiles_m * TILE;
  let n = tile % tiles_n * TILE;
  // 64 blocks of A and 64 of B for 256 invocations: the first 64 load A, the next 64 load B.
  let blocks = SLICE / 4 * SIDE;
  let slice_block = index % blocks;
  let slice_k = slice_block / SIDE * 4;
  let slice_position = slice_block % SIDE * 4;
  let a_block_start = a_start(batch, m + slice_position);
  let b_block_start = b_start(batch, n + slice_position);
  var sum: mat4x4<f32>;
  for (var k = 0u; k < params.K; k += SLICE) {
    if (index < blocks) {
      if (k + slice_k < params.K) { a_slice[slice_block] = a_block(a_block_start, m + slice_position, k + slice_k); }
      else { a_slice[slice_block] = mat4x4<f32>(); }
    } else if (index < 2 * blocks) {
      if (k + slice_k < params.K) { b_slice[slice_block] = b_block(b_block_start, k + slice_k, n + slice_position); }
      else { b_slice[slice_block] = mat4x4<f32>(); }
    }
    workgroupBarrier();
    for (var step = 0u; step < SLICE / 4; step++) {
      sum += b_slice[step * SIDE + local.x] * a_slice[step * SIDE + local.y];
    }
    workgroupBarrier();
  }
  store(batch, m + local.y * 4, n + local.x * 4, sum);
}
