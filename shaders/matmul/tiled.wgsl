// C = op(A) op(B) through workgroup memory. A workgroup computes a tile of TILE_M x TILE_N elements, an invocation
// OWN_M x OWN_N of them, in quads that lie SIDE_M or SIDE_N quads apart. A and B are loaded in slices of SLICE steps of
// K, so each is read from storage once per tile; while one slice is multiplied, the next is loaded into registers.
// With several PARTS a workgroup computes the sums over one part of K, for merge.wgsl; C is then [PARTS, batches, M, N]
// and sums are [PARTS, N].
// Joined to matmul.wgsl, to the readers of A and B (a_elements.wgsl, a_vectors.wgsl, a_blocks.wgsl) and to the writer
// of C.
// Workgroup memory: (TILE_M + TILE_N + 8) * SLICE * 4 bytes.

const TILE_M: u32 = 64;
const TILE_N: u32 = 64;
const SLICE: u32 = 16;
const OWN_M: u32 = 4;
const OWN_N: u32 = 4;
const PARTS: u32 = 1;
const SIDE_M: u32 = TILE_M / OWN_M; // invocations along each side
const SIDE_N: u32 = TILE_N / OWN_N;
const INVOCATIONS: u32 = SIDE_M * SIDE_N;
const QUADS: u32 = OWN_N / 4;
// Of 32 neighbouring invocations, which most GPUs run in lockstep, 8 lie along n and 4 along m: this reads the fewest
// banks.
const LINE: u32 = min(8, SIDE_N);
const LINES: u32 = 32 / LINE;
// Whether neighbouring rows of A, or columns of B, are adjacent in memory; otherwise their steps of K are.
const A_BY_STEPS: bool = A_TRANSPOSED;
const B_BY_STEPS: bool = !B_TRANSPOSED;
// Distance between steps of K, in vec4: odd, so that neighbouring invocations that write different steps use different
// banks.
const A_STRIDE: u32 = TILE_M / 4 + 1;
const B_STRIDE: u32 = TILE_N / 4 + 1;

var<workgroup> a_slice: array<vec4<f32>, SLICE * A_STRIDE>;
var<workgroup> b_slice: array<vec4<f32>, SLICE * B_STRIDE>;

struct Tile { part: u32, m: u32, n: u32, local_m: u32, local_n: u32, inside: bool }
var<private> column_sums: array<vec4<f32>, QUADS>;

fn compute(group: Workgroup, index: u32) -> Tile {
  let tiles_m = (params.M + TILE_M - 1) / TILE_M;
  let tiles_n = (params.N + TILE_N - 1) / TILE_N;
  let tile = index_of(group);
  let part = tile / (tiles_m * tiles_n) % PARTS;
  let batch = tile / (tiles_m * tiles_n * PARTS);
  if (batch >= params.batches) { return Tile(); } // uniform: no invocation of this workgroup reaches a barrier
  let m = tile / tiles_n % tiles_m * TILE_M;
  let n = tile % tiles_n * TILE_N;
  let line = index / LINE;
  let local_m = line % LINES + line / (LINES * (SIDE_N / LINE)) * LINES;
  let local_n = index % LINE + line / LINES % (SIDE_N / LINE) * LINE;
  var sum: array<vec4<f32>, OWN_M * QUADS>;
  let part_length = (params.K + PARTS * SLICE - 1) / (PARTS * SLICE) * SLICE; // whole slices
  let first = part * part_length;
  let last = min(first + part_length, params.K);
  a_begin(batch, m, index);
  b_begin(batch, n, index);
  a_fetch(first, last, index);
  b_fetch(first, last, index);
  for (var k = first; k < last; k += SLICE) {
    a_put(index);
    b_put(index);
    workgroupBarrier();
    if (k + SLICE < last) {
      a_fetch(k + SLICE, last, index);
      b_fetch(k + SLICE, last, index);
    }
    for (var step = 0u; step < SLICE; step++) {
      var b_part: array<vec4<f32>, QUADS>;
      for (var j = 0u; j < QUADS; j++) {
        b_part[j] = b_slice[step * B_STRIDE + local_n + j * SIDE_N];
        if (SUMS) { column_sums[j] += b_part[j]; }
      }
      for (var i = 0u; i < OWN_M / 4; i++) {
        let a_part = a_slice[step * A_STRIDE + local_m + i * SIDE_M];
        for (var j = 0u; j < QUADS; j++) {
          sum[4 * i * QUADS + j] += a_part.x * b_part[j];
          sum[(4 * i + 1) * QUADS + j] += a_part.y * b_part[j];
          sum[(4 * i + 2) * QUADS + j] += a_part.z * b_part[j];
          sum[(4 * i + 3) * QUADS + j] += a_part.w * b_part[j];
        }
      }
    }
    workgroupBarrier();
  }
  for (var i = 0u; i < OWN_M; i++) {
    let row = m + 4 * (local_m + i / 4 * SIDE_M) + i % 4;
    for (var j = 0u; j < QUADS; j++) {
      store_row(part * params.batches + batch, row, n + 4 * (local_n + j * SIDE_N), sum[i * QUADS + j]);
    }
  }
  return Tile(part, m, n, local_m, local_n, true);
}

@compute @workgroup_size(INVOCATIONS)
fn forward(group: Workgroup, @builtin(local_invocation_index) index: u32) {
  _ = compute(group, index);
}

@compute @workgroup_size(INVOCATIONS)
fn forward_with_sums(group: Workgroup, @builtin(local_invocation_index) index: u32) {
  let tile = compute(group, index);
  if (!tile.inside || tile.m > 0 || tile.local_m > 0) { return; }
  for (var j = 0u; j < QUADS; j++) {
    let n = tile.n + 4 * (tile.local_n + j * SIDE_N);
    for (var i = 0u; i < 4; i++) {
      if (n + i < params.N) { sums[tile.part * params.N + n + i] = column_sums[j][i]; }
    }
  }
}
