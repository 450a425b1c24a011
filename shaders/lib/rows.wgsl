// What the kernels along one axis share: which row an invocation works on. rows/tree.wgsl and rows/subgroups.wgsl have
// row_max and row_sum, reductions over a row, of which one is joined. row_max may lose NaN, whose difference from the
// largest is NaN all the same.
// Tensors are [outer, length, inner], contiguous; a row is one (outer, inner), its elements `inner` apart.
// LANES invocations walk a row together, in steps of LANES: all of a workgroup, or one alone, for short rows, without
// workgroup memory. Rows beyond 65535 workgroups fold into grid.y.

alias V = f32; // for special.wgsl, like I and B
alias I = i32;
alias B = bool;
const WORKGROUP_SIZE: u32 = 64; // a power of two: trees halve it
const LANES: u32 = 64; // WORKGROUP_SIZE or 1
struct Params { rows: u32, length: u32, inner: u32 }
@group(0) @binding(0) var<uniform> params: Params;

struct Row {
  index: u32,
  start: u32, // position of its first element
  lane: u32, // first element for this invocation
  end: u32, // its length; 0 past the last row, where there is nothing to do
}

fn row_of(group: vec3<u32>, groups: vec3<u32>, local: u32) -> Row {
  let index = (group.y * groups.x + group.x) * (WORKGROUP_SIZE / LANES) + local / LANES;
  let inside = min(index, params.rows - 1);
  let start = inside / params.inner * params.length * params.inner + inside % params.inner;
  return Row(index, start, local % LANES, select(0u, params.length, index < params.rows));
}

// The exponential of a difference from the largest of a row, and the logarithm of a sum of them. NaN, of which exp() and
// log() promise nothing, stays NaN.
fn exp_below(d: f32) -> f32 { return keep_nan(d, exp(d)); }
fn log_of_sum(s: f32) -> f32 { return keep_nan(s, log(s)); }
