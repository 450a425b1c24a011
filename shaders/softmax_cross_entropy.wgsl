// Cross-entropy of softmax(logits) with target weights, and its gradient; joined to rows.wgsl (inner = 1).
//   forward   p_j  = exp(x_j - m) / s,   loss = sum_j t_j (m - x_j + log s),   m = max_j x_j,   s = sum_j exp(x_j - m)
//   backward  dx_j = dy * (p_j * sum_k t_k - t_j)
// x, p, dx: [rows, length]; loss, dy: [rows]; all contiguous.
// targets: the weights t, [rows, length]; or, SPARSE, class numbers [rows]: t_j = 1 for that class and 0 for the
// others, so a number that is no class has neither loss nor gradient.

const SPARSE: bool = false;
alias T = f32; // of the targets
// forward(x, targets) -> loss, p
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> targets: array<T>;
@group(0) @binding(3) var<storage, read_write> loss: array<f32>;
@group(0) @binding(4) var<storage, read_write> p: array<f32>;
// backward(p, targets, dy) -> dx
@group(0) @binding(1) var<storage, read> p_saved: array<f32>;
@group(0) @binding(3) var<storage, read> dy: array<f32>;
@group(0) @binding(4) var<storage, read_write> dx: array<f32>;

fn target_at(row: u32, j: u32) -> f32 {
  if (SPARSE) { return f32(i32(targets[row]) == i32(j)); }
  return f32(targets[row * params.length + j]);
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
  for (var j = local; j < params.length; j += WORKGROUP_SIZE) { largest = max(largest, x[start + j]); }
  let m = row_max(largest, local);
  var sum = 0.0;
  for (var j = local; j < params.length; j += WORKGROUP_SIZE) { sum += exp(x[start + j] - m); }
  let s = row_sum(sum, local);
  let log_s = log(s);
  var weighted = 0.0;
  for (var j = local; j < params.length; j += WORKGROUP_SIZE) {
    p[start + j] = exp(x[start + j] - m) / s;
    weighted += target_at(row, j) * (m - x[start + j] + log_s);
  }
  let total = row_sum(weighted, local);
  if (local == 0) { loss[row] = total; }
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
  for (var j = local; j < params.length; j += WORKGROUP_SIZE) { sum += target_at(row, j); }
  let total = row_sum(sum, local);
  for (var j = local; j < params.length; j += WORKGROUP_SIZE) {
    dx[start + j] = dy[row] * (p_saved[start + j] * total - target_at(row, j));
  }
}
