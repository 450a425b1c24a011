// An elementwise function of two tensors; f comes from binary/<name>.wgsl, the gradients are in binary_backward.wgsl.
//   forward     y_i  = f(a_j, b_k)
// y: [size], contiguous. a and b repeat: element i reads (i / repeat) % period, which is broadcasting
// along leading or trailing axes (j = i where both are trivial). Instead of a or b there may be a number, the bits of `word`, and
// the other tensor is bound twice. An invocation computes ITEMS elements.

alias T = f32;
alias R = f32;
const WORKGROUP_SIZE: u32 = 64;
const ITEMS: u32 = 4;
const A_NUMBER: bool = false;
const B_NUMBER: bool = false;
struct Params { size: u32, a_repeat: u32, a_period: u32, b_repeat: u32, b_period: u32, word: u32 }
@group(0) @binding(0) var<uniform> params: Params;
// forward(a, b) -> y
@group(0) @binding(1) var<storage, read> a: array<T>;
@group(0) @binding(2) var<storage, read> b: array<T>;
@group(0) @binding(3) var<storage, read_write> y: array<R>;
fn position(i: u32, repeat: u32, period: u32) -> u32 {
  if (period == params.size) { return i; }
  return (i / repeat) % period;
}

fn a_at(i: u32) -> T {
  if (A_NUMBER) { return bitcast<T>(params.word); }
  return a[position(i, params.a_repeat, params.a_period)];
}

fn b_at(i: u32) -> T {
  if (B_NUMBER) { return bitcast<T>(params.word); }
  return b[position(i, params.b_repeat, params.b_period)];
}

fn first_element(group: vec3<u32>, groups: vec3<u32>, local: u32) -> u32 {
  return (group.y * groups.x + group.x) * WORKGROUP_SIZE * ITEMS + local;
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn forward(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let first = first_element(group, groups, local);
  for (var i = first; i < min(first + WORKGROUP_SIZE * ITEMS, params.size); i += WORKGROUP_SIZE) {
    y[i] = f(a_at(i), b_at(i));
  }
}
