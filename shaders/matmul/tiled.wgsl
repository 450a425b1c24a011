// C = op(A) op(B) through workgroup memory: a workgroup computes TILE_M x TILE_N outputs, each invocation BLOCKS_M x
// BLOCKS_N blocks of 4 x 4 of them. A and B pass through workgroup memory in slices of SLICE along K, so that each is
// read from storage once per tile. Workgroup memory: (TILE_M + TILE_N) * SLICE * 4 bytes (8 KiB).
// With several PARTS a workgroup computes the sums over one part of K, for merge.wgsl: C is [PARTS, batches, M, N] then,
// and sums are [PARTS, N].

const TILE_M: u32 = 64;
const TILE_N: u32 = 64;
const SLICE: u32 = 16;
const PARTS: u32 = 1;
const BLOCKS_M: u32 = 1;
const BLOCKS_N: u32 = 1;
const SIDE_M: u32 = TILE_M / 4 / BLOCKS_M; // invocations along each side
const SIDE_N: u32 = TILE_N / 4 / BLOCKS_N;
const INVOCATIONS: u32 = SIDE_M * SIDE_N;
const A_BLOCKS: u32 = SLICE / 4 * TILE_M / 4;
const B_BLOCKS: u32 = SLICE / 4 * TILE_N / 4;

// [SLICE / 4][TILE / 4] blocks each
var<workgroup> a_slice: array<mat4x4<f32>, A_BLOCKS>;
var<workgroup> b_slice: array<mat4x4<f32>, B_BLOCKS>;
var<private> column_sums: array<vec4<f32>, BLOCKS_N>;

struct Tile { part: u32, m: u32, n: u32, local_m: u32, local_n: u32, inside: bool }

fn compute(group: vec3<u32>, groups: vec3<u32>, index: u32) -> Tile {
  let tiles_m = (params.M + TILE_M - 1) / TILE_M;
  let tiles_n = (params.N + TILE_N - 1) / TILE_N;
  let tile = group.y * groups.x + group.x;
  let part = tile / (tiles_m * tiles_n) % PARTS;
  let batch = tile / (tiles_m * tiles_n * PARTS);
  if (batch >= params.batches) { return Tile(); } // uniform: no invocation of this workgroup reaches a barrier
  let m = tile / tiles_n % tiles_m * TILE_M;
  let n = tile % tiles_n * TILE_N;
  let local_m = index / SIDE_N;
  let local_n = index % SIDE_N;
  var sum: array<mat4x4<f32>, BLOCKS_M * BLOCKS_N>;
  let part_length = (params.K + PARTS * SLICE - 1) / (PARTS * SLICE) * SLICE; // whole slices
  let last = min((part + 1) * part_length, params.K);
  for (var k = part * part_length; k < last; k += SLICE) {
    for (var i = index; i < A_BLOCKS; i += INVOCATIONS) {
      let at_k = k + i / (TILE_M / 4) * 4;
      let at_m = m + i % (TILE_M / 4) * 4;
      var block = mat4x4<f32>();
      if (at_k < params.K) { block = a_block(a_start(batch, at_m), at_m, at_k); }
      a_slice[i] = block;
    }
    for (var i = index; i < B_BLOCKS; i += INVOCATIONS) {
      let at_k = k + i / (TILE_N / 4) * 4;
      let at_n = n + i % (TILE_N / 4) * 4;
      var block = mat4x4<f32>();
      if (at_k < params.K) { block = b_block(b_start(batch, at_n), at_k, at_n); }
      b_slice[i] = block;
    }
    workgroupBarrier();
    for (var step = 0u; step < SLICE / 4; step++) {
      for (var j = 0u; j < BLOCKS_N; j++) {
        let b_part = b_slice[step * TILE_N / 4 + local_n + j * SIDE_N];
        for (var i = 0u; i < BLOCKS_M; i++) {
          sum[i * BLOCKS_N + j] += b_part * a_slice[step * TILE_M / 4 + local_m + i * SIDE_M];
        }
        if (SUMS && m == 0) { column_sums[j] += b_part[0] + b_part[1] + b_part[2] + b_part[3]; }
      }
    }
    workgroupBarrier();
  }
  for (var i = 0u; i < BLOCKS_M; i++) {
    for (var j = 0u; j < BLOCKS_N; j++) {
      let block = sum[i * BLOCKS_N + j];
      store(part * params.batches + batch, m + (local_m + i * SIDE_M) * 4, n + (local_n + j * SIDE_N) * 4, block);
    }
  }
  return Tile(part, m, n, local_m, local_n, true);
}

@compute @workgroup_size(INVOCATIONS)
fn forward(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) index: u32,
) {
  _ = compute(group, groups, index);
}

@compute @workgroup_size(INVOCATIONS)
fn forward_with_sums(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) index: u32,
) {
  let tile = compute(group, groups, index);
  if (!tile.inside || tile.m > 0 || tile.local_m > 0) { return; }
  for (var j = 0u; j < BLOCKS_N; j++) {
    let n = tile.n + (tile.local_n + j * SIDE_N) * 4;
    for (var i = 0u; i < 4; i++) {
      if (n + i < params.N) { sums[tile.part * params.N + n + i] = column_sums[j][i]; }
    }
  }
}
