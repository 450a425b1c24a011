// Sets elements to 0 at random and scales the others; its own gradient, as the mask is made again from the same numbers.
//   y_i = x_i * kept_i     from dropout/kept4.wgsl
// x, y: [size] in vectors of 4, contiguous; what pads the last one stays 0. An invocation
// computes ITEMS vectors, WORKGROUP_SIZE apart. No workgroup memory.

alias R = vec4<f32>;
const WORKGROUP_SIZE: u32 = 64;
const ITEMS: u32 = 1;
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
  let first = (group.y * groups.x + group.x) * WORKGROUP_SIZE * ITEMS + local;
  let vectors = (params.size + WIDTH - 1) / WIDTH;
  for (var i = first; i < min(first + WORKGROUP_SIZE * ITEMS, vectors); i += WORKGROUP_SIZE) {
    y[i] = inside(i, x[i] * kept(i));
  }
}
