// y_i = value. y: [size], as raw 32-bit words, so one kernel serves every dtype.

const WORKGROUP_SIZE: u32 = 64;
const ITEMS: u32 = 4;
struct Params { size: u32, word: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> y: array<u32>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn forward(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let first = (group.y * groups.x + group.x) * WORKGROUP_SIZE * ITEMS + local;
  for (var i = first; i < min(first + WORKGROUP_SIZE * ITEMS, params.size); i += WORKGROUP_SIZE) {
    y[i] = params.word;
  }
}
