// Tiles read A in the 4 x 4 blocks of a_windows.wgsl; joined to it and to tiled.wgsl.

const A_BLOCKS: u32 = SLICE / 4 * TILE_M / 4; // blocks per slice
const A_OWN: u32 = (A_BLOCKS + INVOCATIONS - 1) / INVOCATIONS;

var<private> a_from: array<Places, A_OWN>;
var<private> a_next: array<mat4x4<f32>, A_OWN>;

// Neighbouring invocations read neighbouring memory: channels of a pixel lie along k, or along m of a transposed A.
fn a_step(block: u32) -> u32 { return 4 * select(block % (SLICE / 4), block / (TILE_M / 4), A_BY_STEPS); }
fn a_quad(block: u32) -> u32 { return select(block / (SLICE / 4), block % (TILE_M / 4), A_BY_STEPS); }

fn a_begin(batch: u32, m: u32, index: u32) {
  for (var i = 0u; i < A_OWN; i++) { a_from[i] = a_start(batch, m + 4 * a_quad(index + i * INVOCATIONS)); }
}

fn a_fetch(k: u32, last: u32, index: u32) {
  for (var i = 0u; i < A_OWN; i++) {
    let block = index + i * INVOCATIONS;
    a_next[i] = mat4x4<f32>();
    if (block < A_BLOCKS && k + a_step(block) < last) { a_next[i] = a_block(a_from[i], 0, k + a_step(block)); }
  }
}

fn a_put(index: u32) {
  for (var i = 0u; i < A_OWN; i++) {
    let block = index + i * INVOCATIONS;
    if (block >= A_BLOCKS) { continue; }
    let steps = transpose(a_next[i]);
    for (var step = 0u; step < 4; step++) { a_slice[(a_step(block) + step) * A_STRIDE + a_quad(block)] = steps[step]; }
  }
}
