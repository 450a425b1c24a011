// Encodes class numbers along a new axis.
//   y[o, j, i] = on if indices[o, i] = j, else off
// y: [outer, depth, inner]; indices: [outer, inner]; both contiguous.

struct Params { size: u32, depth: u32, inner: u32, on: f32, off: f32 }
@group(0) @binding(0) var<uniform> params: Params;
// forward(indices) -> y
@group(0) @binding(1) var<storage, read> indices: array<i32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

fn forward_element(i: u32) {
  let j = i / params.inner % params.depth;
  let index = indices[i / (params.inner * params.depth) * params.inner + i % params.inner];
  y[i] = select(params.off, params.on, index == i32(j));
}
