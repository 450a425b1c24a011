// Kernels along one axis: which row an invocation works on. row_max and row_sum reduce over a row; they come from
// rows/tree.wgsl or rows/subgroups.wgsl. row_max may lose NaN, but the difference between NaN and the maximum is NaN
// anyway.
// Tensors are [outer, length, inner], contiguous; a row is one (outer, inner), with elements `inner` apart.
// LANES invocations walk a row together, in steps of LANES: the whole workgroup, or a single invocation without
// workgroup memory for short rows. Rows beyond 65535 workgroups fold into grid.y.

alias V = f32; // for special.wgsl, like I and B
alias I = i32;
alias B = bool;
const WORKGROUP_SIZE: u32 = 64; // a power of two: tree reductions halve it
const LANES: u32 = 64; // WORKGROUP_SIZE or 1
struct Params { rows: u32, length: u32, inner: u32 }
@group(0) @binding(0) var<uniform> params: Params;

struct Row {
  index: u32,
  start: u32, // position of the row's first element
  lane: u32, // first element of this invocation
  end: u32, // the row's length; 0 past the last row
}

fn row_of(group: Workgroup, local: u32) -> Row {
  let index = index_of(group) * (WORKGROUP_SIZE / LANES) + local / LANES;
  let inside = min(index, params.rows - 1);
  let start = inside / params.inner * params.length * params.inner + inside % params.inner;
  return Row(index, start, local % LANES, select(0u, params.length, index < params.rows));
}

// The exponential of a difference from the row's maximum, and the logarithm of a sum of such exponentials. keep_nan,
// because WGSL does not define exp(NaN) and log(NaN).
fn exp_below(d: f32) -> f32 { return keep_nan(d, exp(d)); }
fn log_of_sum(s: f32) -> f32 { return keep_nan(s, log(s)); }
