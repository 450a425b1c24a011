// C = op(A) op(B) without workgroup memory, for software GPUs. There a load costs twenty times as much as a
// multiplication, and a barrier more than a tile. The 4 invocations of a quad compute 16 x 16 elements of C. Each loads
// a block of 4 rows of A and a block of 4 columns of B; the invocations exchange columns through quad swaps, and each
// multiplies its rows by all columns. Invocations are numbered by their place in the subgroup, where a quad is 4
// neighbours; WGSL does not define where the local index lies in it.

const WORKGROUP_SIZE: u32 = 4;
const TILE_M: u32 = 16;
const TILE_N: u32 = 16;

// Block i of C has this invocation's rows and the columns of invocation `lane ^ i`.
var<private> blocks: array<mat4x4<f32>, 4>;

struct Tile { m: u32, n: u32, sums: vec4<f32> }

fn of_neighbour(b: mat4x4<f32>) -> mat4x4<f32> {
  return mat4x4<f32>(quadSwapX(b[0]), quadSwapX(b[1]), quadSwapX(b[2]), quadSwapX(b[3]));
}

fn of_other_pair(b: mat4x4<f32>) -> mat4x4<f32> {
  return mat4x4<f32>(quadSwapY(b[0]), quadSwapY(b[1]), quadSwapY(b[2]), quadSwapY(b[3]));
}

// Computes a tile; returns its position and the column sums of B.
fn compute(group: Workgroup, lane: u32) -> Tile {
  let tiles_m = (params.M + TILE_M - 1) / TILE_M;
  let tiles_n = (params.N + TILE_N - 1) / TILE_N;
  let tile = index_of(group);
  let batch = tile / (tiles_m * tiles_n);
  if (batch >= params.batches) { return Tile(TILE_M, 0, vec4<f32>()); }
  let first_m = tile / tiles_n % tiles_m * TILE_M;
  let first_n = tile % tiles_n * TILE_N;
  let m = first_m + 4 * lane;
  let n = first_n + 4 * lane;
  let a_first = a_start(batch, m);
  let b_first = b_start(batch, n);
  for (var k = 0u; k < params.K; k += 4) {
    let a = a_block(a_first, m, k);
    let b = b_block(b_first, k, n);
    let b_neighbour = of_neighbour(b);
    blocks[0] += b * a;
    blocks[1] += b_neighbour * a;
    blocks[2] += of_other_pair(b) * a;
    blocks[3] += of_other_pair(b_neighbour) * a;
  }
  for (var i = 0u; i < 4; i++) { store(batch, m, first_n + 4 * (lane ^ i), blocks[i]); }
  var sums: vec4<f32>;
  if (SUMS && first_m == 0) { // a branch inside the loop above would slow it down
    for (var k = 0u; k < params.K; k += 4) { sums += b_block(b_first, k, n) * vec4<f32>(1); }
  }
  return Tile(first_m, n, sums);
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn forward(group: Workgroup, @builtin(subgroup_invocation_id) id: u32) {
  _ = compute(group, id % WORKGROUP_SIZE);
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn forward_with_sums(group: Workgroup, @builtin(subgroup_invocation_id) id: u32) {
  let tile = compute(group, id % WORKGROUP_SIZE);
  for (var i = 0u; tile.m == 0 && i < 4; i++) {
    if (tile.n + i < params.N) { sums[tile.n + i] = tile.sums[i]; }
  }
}
