// Spreads class numbers over a new axis.
//   y[o, j, i] = on if indices[o, i] = j, else off
// y: [outer, depth, inner]; indices: [outer, inner]; both contiguous. An invocation computes ITEMS elements.

const WORKGROUP_SIZE: u32 = 64;
const ITEMS: u32 = 4;
struct Params { size: u32, depth: u32, inner: u32, on: f32, off: f32 }
@group(0) @binding(0) var<uniform> params: Params;
// forward(indices) -> y
@group(0) @binding(1) var<storage, read> indices: array<i32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn forward(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let first = (group.y * groups.x + group.x) * WORKGROUP_SIZE * ITEMS + local;
  for (var i = first; i < min(first + WORKGROUP_SIZE * ITEMS, params.size); i += WORKGROUP_SIZE) {
    let j = i / params.inner % params.depth;
    let index = indices[i / (params.inner * params.depth) * params.inner + i % params.inner];
    y[i] = select(params.off, params.on, index == i32(j));
  }
}
