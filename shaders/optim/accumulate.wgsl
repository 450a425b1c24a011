// Adds up the gradients of several calls; both entries write one arena or both, so both are bound writable.
//   add   total_i = total_i + gradient_i
//   take  gradient_i = total_i + gradient_i,   total_i = 0
// total, gradient: [size] of vec4, contiguous. An invocation computes ITEMS elements. No workgroup memory.

const WORKGROUP_SIZE: u32 = 64;
const ITEMS: u32 = 4;
struct Params { size: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> total: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> gradient: array<vec4<f32>>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn add(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let first = (group.y * groups.x + group.x) * WORKGROUP_SIZE * ITEMS + local;
  for (var i = first; i < min(first + WORKGROUP_SIZE * ITEMS, params.size); i += WORKGROUP_SIZE) {
    total[i] += gradient[i];
  }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn take(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let first = (group.y * groups.x + group.x) * WORKGROUP_SIZE * ITEMS + local;
  for (var i = first; i < min(first + WORKGROUP_SIZE * ITEMS, params.size); i += WORKGROUP_SIZE) {
    gradient[i] += total[i];
    total[i] = vec4<f32>();
  }
}
