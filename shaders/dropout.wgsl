// Sets elements to 0 at random and scales the others; its own gradient, as the mask is made again from the same numbers.
//   y_i = x_i * kept_i     from dropout/kept4.wgsl
// x, y: [size] in vectors of 4, contiguous; what pads the last one stays 0. No workgroup memory.

const WORKGROUP_SIZE: u32 = 64;
const ITEMS: u32 = 4; // of a vector
struct Params { size: u32, stream: u32, threshold: u32, scale: f32 }
@group(0) @binding(0) var<uniform> params: Params;
// forward(x; state) -> y
@group(0) @binding(2) var<storage, read> x: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> y: array<vec4<f32>>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn forward(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let i = (group.y * groups.x + group.x) * WORKGROUP_SIZE + local;
  if (i * ITEMS >= params.size) { return; }
  let v = x[i] * kept(i);
  y[i] = select(vec4<f32>(), v, i * ITEMS + vec4<u32>(0, 1, 2, 3) < vec4<u32>(params.size));
}
