// Cross-entropy of softmax(logits) with target weights, and its gradient; joined to rows.wgsl (inner = 1) and
// rows/exponentials.wgsl.
//   forward   p_j  = exp(x_j - m) / s,   loss = sum_j t_j (m - x_j + log s),   m = max_j x_j,   s = sum_j exp(x_j - m)
//   backward  dx_j = dy * (p_j * sum_k t_k - t_j)
// and, for the mean of the losses, both in one pass:
//   judge     loss; the gradient of the mean, (p_j * sum_k t_k - t_j) / rows; whether x and t have their maximum at the
//     same j
//   average   the mean of the losses, and the fraction of rows where they have
// x, p, dx: [rows, length]; loss, dy, correct: [rows]; all contiguous. The single row of `average` is the rows of the
// others.
// targets: the weights t, [rows, length]; or, if SPARSE, class numbers [rows]: t_j = 1 for that class and 0 for the
// others, so a number outside the classes has no loss and no gradient.

const SPARSE: bool = false;
alias T = f32; // the dtype of the targets
// forward(x, targets) -> loss, p
@group(0) @binding(2) var<storage, read> targets: array<T>;
@group(0) @binding(3) var<storage, read_write> loss: array<f32>;
@group(0) @binding(4) var<storage, read_write> p: array<f32>;
// backward(p, targets, dy) -> dx
@group(0) @binding(1) var<storage, read> p_saved: array<f32>;
@group(0) @binding(3) var<storage, read> dy: array<f32>;
@group(0) @binding(4) var<storage, read_write> dx: array<f32>;

// judge(x, targets) -> loss, gradient, correct
@group(0) @binding(4) var<storage, read_write> gradient: array<f32>;
@group(0) @binding(5) var<storage, read_write> correct: array<f32>;
// average(losses, hits) -> mean_loss, share
@group(0) @binding(1) var<storage, read> losses: array<f32>;
@group(0) @binding(2) var<storage, read> hits: array<f32>;
@group(0) @binding(3) var<storage, read_write> mean_loss: array<f32>;
@group(0) @binding(4) var<storage, read_write> hit_share: array<f32>;

fn target_at(row: u32, j: u32) -> f32 {
  if (SPARSE) { return f32(i32(targets[row]) == i32(j)); }
  return f32(targets[row * params.length + j]);
}

// A class's term of the loss: 0 where its target is 0, even if its logit is minus infinity. Tests the bits without
// their sign, because WGSL lets a compiler assume that no infinity occurs.
fn weighed(t: f32, distance: f32) -> f32 {
  let is_nothing = (bitcast<u32>(t) << 1) == 0 && (bitcast<u32>(distance) << 1) == 0xff000000;
  return select(t * distance, 0.0, is_nothing);
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn forward(group: Workgroup, @builtin(local_invocation_index) local: u32) {
  let row = row_of(group, local);
  let start = row.start;
  let e = exponentials_of(row, local);
  let log_s = log_of_sum(e.sum);
  var weighted = 0.0;
  for (var j = row.lane; j < row.end; j += LANES) {
    p[start + j] = exp(x[start + j] - e.largest) / e.sum;
    weighted += weighed(target_at(row.index, j), e.largest - x[start + j] + log_s);
  }
  let total = row_sum(weighted, local);
  if (row.lane == 0 && row.end > 0) { loss[row.index] = total; }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn backward(group: Workgroup, @builtin(local_invocation_index) local: u32) {
  let row = row_of(group, local);
  let start = row.start;
  var sum = 0.0;
  for (var j = row.lane; j < row.end; j += LANES) { sum += target_at(row.index, j); }
  let total = row_sum(sum, local);
  for (var j = row.lane; j < row.end; j += LANES) {
    dx[start + j] = dy[row.index] * (p_saved[start + j] * total - target_at(row.index, j));
  }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn judge(group: Workgroup, @builtin(local_invocation_index) local: u32) {
  let row = row_of(group, local);
  let start = row.start;
  var largest = x[start];
  var largest_target = target_at(row.index, 0);
  for (var j = row.lane; j < row.end; j += LANES) {
    largest = max(largest, x[start + j]); // NaN: see rows.wgsl
    largest_target = max(largest_target, target_at(row.index, j)); // NaN: sum_targets keeps it
  }
  let m = row_max(largest, local);
  let m_target = row_max(largest_target, local);
  var sum = 0.0;
  var sum_targets = 0.0;
  // The distance of the first maximum from the end of the row: the maximum distance over the lanes is the first of all.
  var place = 0.0;
  var place_target = 0.0;
  for (var j = row.lane; j < row.end; j += LANES) {
    let t = target_at(row.index, j);
    sum += exp_below(x[start + j] - m);
    sum_targets += t;
    // NaN: a row with it may count as right or wrong.
    if (x[start + j] == m) { place = max(place, f32(params.length - j)); }
    if (t == m_target) { place_target = max(place_target, f32(params.length - j)); }
  }
  let s = row_sum(sum, local);
  let total = row_sum(sum_targets, local);
  let first = row_max(place, local);
  let first_target = row_max(place_target, local);
  let log_s = log_of_sum(s);
  var weighted = 0.0;
  for (var j = row.lane; j < row.end; j += LANES) {
    let t = target_at(row.index, j);
    gradient[start + j] = (exp(x[start + j] - m) / s * total - t) / f32(params.rows);
    weighted += weighed(t, m - x[start + j] + log_s);
  }
  let own_loss = row_sum(weighted, local);
  if (row.lane == 0 && row.end > 0) {
    loss[row.index] = own_loss;
    correct[row.index] = select(0.0, 1.0, first == first_target && m_target > 0.0);
  }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn average(group: Workgroup, @builtin(local_invocation_index) local: u32) {
  let row = row_of(group, local);
  var sum = 0.0;
  var hit_count = 0.0;
  for (var j = row.lane; j < row.end; j += LANES) {
    sum += losses[j];
    hit_count += hits[j];
  }
  let total = row_sum(sum, local);
  let total_hits = row_sum(hit_count, local);
  if (row.lane == 0 && row.end > 0) {
    mean_loss[0] = total / f32(params.length);
    hit_share[0] = total_hits / f32(params.length);
  }
}
