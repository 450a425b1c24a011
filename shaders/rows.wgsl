// What the kernels along one axis share: one workgroup per row, and reductions over a row.
// Tensors are [outer, length, inner], contiguous; a row is one (outer, inner), its elements `inner` apart.
// Each invocation walks its row in steps of WORKGROUP_SIZE. Rows beyond 65535 fold into grid.y.
// Workgroup memory: 4 * WORKGROUP_SIZE bytes in row_max and row_sum.

const WORKGROUP_SIZE: u32 = 64; // a power of two: tree reductions halve it
struct Params { rows: u32, length: u32, inner: u32 }
@group(0) @binding(0) var<uniform> params: Params;

var<workgroup> partial: array<f32, WORKGROUP_SIZE>;

fn row_max(value: f32, local: u32) -> f32 {
  partial[local] = value;
  workgroupBarrier();
  for (var half = WORKGROUP_SIZE / 2; half > 0; half /= 2) {
    if (local < half) { partial[local] = max(partial[local], partial[local + half]); }
    workgroupBarrier();
  }
  let result = partial[0];
  workgroupBarrier();
  return result;
}

fn row_sum(value: f32, local: u32) -> f32 {
  partial[local] = value;
  workgroupBarrier();
  for (var half = WORKGROUP_SIZE / 2; half > 0; half /= 2) {
    if (local < half) { partial[local] += partial[local + half]; }
    workgroupBarrier();
  }
  let result = partial[0];
  workgroupBarrier();
  return result;
}

fn row_start(row: u32) -> u32 {
  return row / params.inner * params.length * params.inner + row % params.inner;
}
