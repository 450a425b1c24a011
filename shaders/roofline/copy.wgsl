// What memory can do: y_i = x_i, four numbers to an element.
// x, y: [size] of vec4<f32>. An invocation copies ITEMS elements, WORKGROUP_SIZE apart, so that neighbours read
// neighbours. No workgroup memory.

const WORKGROUP_SIZE: u32 = 64;
const ITEMS: u32 = 4;
struct Params { size: u32 }
@group(0) @binding(0) var<uniform> params: Params;
// forward(x) -> y
@group(0) @binding(1) var<storage, read> x: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4<f32>>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn forward(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let start = (group.y * groups.x + group.x) * WORKGROUP_SIZE * ITEMS + local;
  for (var item = 0u; item < ITEMS; item++) {
    let i = start + item * WORKGROUP_SIZE;
    if (i < params.size) { y[i] = x[i]; }
  }
}
