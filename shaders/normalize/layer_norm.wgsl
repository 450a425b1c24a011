// Layer normalization along one axis, and its gradient; joined to rows.wgsl.
//   h_j = (x_j - mean) / sqrt(variance + EPSILON),   mean and biased variance of the row
//   forward   y_j  = gamma_j * h_j + beta_j
//   backward  dx_j = (g_j - mean_k g_k - h_j * mean_k g_k h_k) / sqrt(variance + EPSILON),   g_j = gamma_j * dy_j
//             dy_h_j = dy_j * h_j, whose sum over the rows is the gradient of gamma_j
// x, y, dy, dx, dy_h: [outer, length, inner], contiguous; gamma, beta: [length].
// The gradient recomputes mean and variance from x, which costs less than storing them. Each row is shifted by its
// first element, so that a large mean does not round deviations away.

const EPSILON: f32 = 1e-3;
// forward(x, gamma, beta) -> y
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> gamma: array<f32>;
@group(0) @binding(3) var<storage, read> beta: array<f32>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;
// backward(x, gamma, dy) -> dx, dy_h
@group(0) @binding(3) var<storage, read> dy: array<f32>;
@group(0) @binding(4) var<storage, read_write> dx: array<f32>;
@group(0) @binding(5) var<storage, read_write> dy_h: array<f32>;

// The first element of a row, the mean difference from it, and 1 / sqrt(variance + EPSILON).
struct Scale { shift: f32, mean: f32, factor: f32 }

fn scale_of(row: Row, local: u32) -> Scale {
  let n = f32(params.length);
  let shift = x[row.start];
  var sum = 0.0;
  for (var j = row.lane; j < row.end; j += LANES) { sum += x[row.start + j * params.inner] - shift; }
  let mean = row_sum(sum, local) / n;
  var squares = 0.0;
  for (var j = row.lane; j < row.end; j += LANES) {
    let deviation = x[row.start + j * params.inner] - shift - mean;
    squares += deviation * deviation;
  }
  return Scale(shift, mean, 1 / sqrt(row_sum(squares, local) / n + EPSILON));
}

// h for the element at i.
fn normalized(i: u32, scale: Scale) -> f32 { return (x[i] - scale.shift - scale.mean) * scale.factor; }

@compute @workgroup_size(WORKGROUP_SIZE)
fn forward(group: Workgroup, @builtin(local_invocation_index) local: u32) {
  let row = row_of(group, local);
  let scale = scale_of(row, local);
  for (var j = row.lane; j < row.end; j += LANES) {
    let i = row.start + j * params.inner;
    y[i] = gamma[j] * normalized(i, scale) + beta[j];
  }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn backward(group: Workgroup, @builtin(local_invocation_index) local: u32) {
  let row = row_of(group, local);
  let scale = scale_of(row, local);
  var sum = 0.0;
  var along_h = 0.0;
  for (var j = row.lane; j < row.end; j += LANES) {
    let i = row.start + j * params.inner;
    let g = gamma[j] * dy[i];
    sum += g;
    along_h += g * normalized(i, scale);
  }
  let n = f32(params.length);
  let mean = row_sum(sum, local) / n;
  let slope = row_sum(along_h, local) / n;
  for (var j = row.lane; j < row.end; j += LANES) {
    let i = row.start + j * params.inner;
    let h = normalized(i, scale);
    dx[i] = (gamma[j] * dy[i] - mean - h * slope) * scale.factor;
    dy_h[i] = dy[i] * h;
  }
}
