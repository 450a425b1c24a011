// average_i += (value_i - average_i) * weight, in place.
// average, value: [size], contiguous.

const WORKGROUP_SIZE: u32 = 64;
struct Params { size: u32, weight: f32 }
@group(0) @binding(0) var<uniform> params: Params;
// update(value) -> average
@group(0) @binding(1) var<storage, read> value: array<f32>;
@group(0) @binding(2) var<storage, read_write> average: array<f32>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn update(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let i = (group.y * groups.x + group.x) * WORKGROUP_SIZE + local;
  if (i < params.size) { average[i] += (value[i] - average[i]) * params.weight; }
}
