// log(softmax) over one axis, and its gradient; joined to rows.wgsl and rows/exponentials.wgsl.
//   forward   y_j  = x_j - m - log(sum_k exp(x_k - m)),   m = max_k x_k
//   backward  dx_j = dy_j - exp(y_j) * sum_k dy_k
// x, y, dy, dx: [outer, length, inner], contiguous.

// forward(x) -> y
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
// backward(y, dy) -> dx
@group(0) @binding(1) var<storage, read> y_saved: array<f32>;
@group(0) @binding(2) var<storage, read> dy: array<f32>;
@group(0) @binding(3) var<storage, read_write> dx: array<f32>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn forward(group: Workgroup, @builtin(local_invocation_index) local: u32) {
  let row = row_of(group, local);
  let start = row.start;
  let e = exponentials_of(row, local);
  let log_total = log_of_sum(e.sum);
  for (var j = row.lane; j < row.end; j += LANES) {
    let i = start + j * params.inner;
    y[i] = x[i] - e.largest - log_total;
  }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn backward(group: Workgroup, @builtin(local_invocation_index) local: u32) {
  let row = row_of(group, local);
  let start = row.start;
  var sum = 0.0;
  for (var j = row.lane; j < row.end; j += LANES) { sum += dy[start + j * params.inner]; }
  let total = row_sum(sum, local);
  for (var j = row.lane; j < row.end; j += LANES) {
    let i = start + j * params.inner;
    dx[i] = dy[i] - exp_below(y_saved[i]) * total;
  }
}
