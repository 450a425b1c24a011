// softmax over one axis, and its gradient.
//   forward   y_j  = exp(x_j - m) / sum_k exp(x_k - m),   m = max_k x_k
//   backward  dx_j = y_j * (dy_j - sum_k dy_k * y_k)
// x, y, dy, dx: [outer, length, inner], contiguous; a row is one (outer, inner), its elements `inner` apart.
// One workgroup per row; each invocation walks its row in steps of WORKGROUP_SIZE.
// Rows beyond 65535 fold into grid.y. Workgroup memory: 4 * WORKGROUP_SIZE bytes.

const WORKGROUP_SIZE: u32 = 64; // a power of two: the tree reduction halves it
struct Params { rows: u32, length: u32, inner: u32 }
@group(0) @binding(0) var<uniform> params: Params;
// forward(x) -> y
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
// backward(y, dy) -> dx
@group(0) @binding(1) var<storage, read> y_saved: array<f32>;
@group(0) @binding(2) var<storage, read> dy: array<f32>;
@group(0) @binding(3) var<storage, read_write> dx: array<f32>;

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

@compute @workgroup_size(WORKGROUP_SIZE)
fn forward(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let row = group.y * groups.x + group.x;
  if (row >= params.rows) { return; } // uniform
  let start = row_start(row);
  var largest = x[start];
  for (var j = local; j < params.length; j += WORKGROUP_SIZE) { largest = max(largest, x[start + j * params.inner]); }
  let m = row_max(largest, local);
  var sum = 0.0;
  for (var j = local; j < params.length; j += WORKGROUP_SIZE) { sum += exp(x[start + j * params.inner] - m); }
  let total = row_sum(sum, local);
  for (var j = local; j < params.length; j += WORKGROUP_SIZE) {
    let i = start + j * params.inner;
    y[i] = exp(x[i] - m) / total;
  }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn backward(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let row = group.y * groups.x + group.x;
  if (row >= params.rows) { return; } // uniform
  let start = row_start(row);
  var sum = 0.0;
  for (var j = local; j < params.length; j += WORKGROUP_SIZE) {
    let i = start + j * params.inner;
    sum += dy[i] * y_saved[i];
  }
  let total = row_sum(sum, local);
  for (var j = local; j < params.length; j += WORKGROUP_SIZE) {
    let i = start + j * params.inner;
    dx[i] = y_saved[i] * (dy[i] - total);
  }
}
