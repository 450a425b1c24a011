// Tiles read A where neighbouring rows are adjacent in memory and M is a multiple of 4; joined to tiled.wgsl.

const A_QUADS: u32 = SLICE * TILE_M / 4; // quads per slice; a quad is four rows at one step of K
const A_OWN: u32 = (A_QUADS + INVOCATIONS - 1) / INVOCATIONS;
@group(0) @binding(1) var<storage, read> a: array<vec4<f32>>;

var<private> a_from: array<u32, A_OWN>;
var<private> a_next: array<vec4<f32>, A_OWN>;

// Past M the last rows are read again; their products are never stored.
fn a_begin(batch: u32, m: u32, index: u32) {
  for (var i = 0u; i < A_OWN; i++) {
    let quad = index + i * INVOCATIONS;
    let row = min(m + 4 * (quad % (TILE_M / 4)), params.M - 4);
    a_from[i] = (a_origin(batch) + row + quad / (TILE_M / 4) * params.M) / 4;
  }
}

fn a_fetch(k: u32, last: u32, index: u32) {
  for (var i = 0u; i < A_OWN; i++) {
    let quad = index + i * INVOCATIONS;
    a_next[i] = vec4<f32>();
    if (quad < A_QUADS && k + quad / (TILE_M / 4) < last) { a_next[i] = a[a_from[i] + k * (params.M / 4)]; }
  }
}

fn a_put(index: u32) {
  for (var i = 0u; i < A_OWN; i++) {
    let quad = index + i * INVOCATIONS;
    if (quad < A_QUADS) { a_slice[quad / (TILE_M / 4) * A_STRIDE + quad % (TILE_M / 4)] = a_next[i]; }
  }
}
