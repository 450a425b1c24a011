// Tiles read A element by element, for any layout and size; joined to tiled.wgsl.

const A_QUADS: u32 = SLICE * TILE_M / 4; // quads per slice; a quad is four rows at one step of K
const A_OWN: u32 = (A_QUADS + INVOCATIONS - 1) / INVOCATIONS;
@group(0) @binding(1) var<storage, read> a: array<f32>;

var<private> a_from: array<vec4<u32>, A_OWN>;
var<private> a_next: array<vec4<f32>, A_OWN>;

// Neighbouring invocations read neighbouring memory.
fn a_step(quad: u32) -> u32 { return select(quad % SLICE, quad / (TILE_M / 4), A_BY_STEPS); }
fn a_quad(quad: u32) -> u32 { return select(quad / SLICE, quad % (TILE_M / 4), A_BY_STEPS); }

// Past M the last row is read again; its products are never stored.
fn a_begin(batch: u32, m: u32, index: u32) {
  for (var i = 0u; i < A_OWN; i++) {
    let quad = index + i * INVOCATIONS;
    let rows = min(m + 4 * a_quad(quad) + vec4<u32>(0, 1, 2, 3), vec4<u32>(params.M - 1));
    a_from[i] = a_origin(batch) + select(rows * params.K + a_step(quad), rows + a_step(quad) * params.M, A_BY_STEPS);
  }
}

fn a_fetch(k: u32, last: u32, index: u32) {
  for (var i = 0u; i < A_OWN; i++) {
    let quad = index + i * INVOCATIONS;
    a_next[i] = vec4<f32>();
    if (quad < A_QUADS && k + a_step(quad) < last) {
      let e = a_from[i] + k * select(1, params.M, A_BY_STEPS);
      a_next[i] = vec4<f32>(a[e.x], a[e.y], a[e.z], a[e.w]);
    }
  }
}

fn a_put(index: u32) {
  for (var i = 0u; i < A_OWN; i++) {
    let quad = index + i * INVOCATIONS;
    if (quad < A_QUADS) { a_slice[a_step(quad) * A_STRIDE + a_quad(quad)] = a_next[i]; }
  }
}
