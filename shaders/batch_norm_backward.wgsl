// The gradients of batch normalisation; joined to batch_norm.wgsl.
//   sums        dbeta = sum dz,  dgamma = sum dz * h,  of n elements or a chunk of them;   dz = dy, or 0 where RELU and y = 0
//   merge_sums  those of all n, from those of the chunks
//   backward    dx = gamma / sqrt(variance + epsilon) * (dz - (dbeta + h * dgamma) / n), the statistics being the batch's;
//               GIVEN statistics do not depend on x: dx = gamma / sqrt(variance + epsilon) * dz
// dy, dx: [outer, channels, inner], contiguous; dgamma and dbeta: [channels], of chunks [chunks, channels]. `totals` is
// dbeta and dgamma once more, [chunks, 2, channels]: with it backward keeps to the 8 storage buffers of any WebGPU.
// Workgroup memory in sums and merge_sums: 8 * WORKGROUP_SIZE bytes.

const GIVEN: bool = false;
// sums(x, y, dy, mean, variance) -> dgamma, dbeta, totals
@group(0) @binding(2) var<storage, read> y_saved: array<f32>;
@group(0) @binding(3) var<storage, read> dy: array<f32>;
@group(0) @binding(6) var<storage, read_write> dgamma: array<f32>;
@group(0) @binding(7) var<storage, read_write> dbeta: array<f32>;
@group(0) @binding(8) var<storage, read_write> totals: array<f32>;
// merge_sums(chunk_totals) -> merged_dgamma, merged_dbeta, merged_totals
@group(0) @binding(1) var<storage, read> chunk_totals: array<f32>;
@group(0) @binding(2) var<storage, read_write> merged_dgamma: array<f32>;
@group(0) @binding(3) var<storage, read_write> merged_dbeta: array<f32>;
@group(0) @binding(4) var<storage, read_write> merged_totals: array<f32>;
// backward(x, y, dy, mean, variance, gamma, totals) -> dx
@group(0) @binding(6) var<storage, read> gamma_saved: array<f32>;
@group(0) @binding(7) var<storage, read> totals_saved: array<f32>;
@group(0) @binding(8) var<storage, read_write> dx: array<f32>;

fn dz_at(i: u32) -> f32 {
  if (RELU) { return select(0.0, dy[i], y_saved[i] > 0); }
  return dy[i];
}

var<workgroup> partial_sums: array<vec2<f32>, WORKGROUP_SIZE>;

// The sums of all lanes of a channel, valid in its first lane.
fn add_lanes(sum: vec2<f32>, local: u32) -> vec2<f32> {
  if (LANES == 1) { return sum; }
  partial_sums[local] = sum;
  workgroupBarrier();
  for (var half = LANES / 2; half > 0; half /= 2) {
    if (local < half * TILE) { partial_sums[local] += partial_sums[local + half * TILE]; }
    workgroupBarrier();
  }
  return partial_sums[local];
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn sums(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let index = group.y * groups.x + group.x;
  if (index >= tiles() * params.chunks) { return; } // uniform
  let own = walk(index, local);
  let center = mean[own.channel];
  var sum = vec2<f32>();
  for (var e = own.first; e < own.end; e += LANES) {
    let i = position(own.channel, e);
    let dz = dz_at(i);
    sum += vec2<f32>(dz, dz * (x[i] - center));
  }
  sum = add_lanes(sum, local) * vec2<f32>(1, inverse_deviation(own.channel));
  if (local < TILE && own.channel < params.channels) {
    let chunk = index / tiles();
    dbeta[chunk * params.channels + own.channel] = sum.x;
    dgamma[chunk * params.channels + own.channel] = sum.y;
    totals[2 * chunk * params.channels + own.channel] = sum.x;
    totals[(2 * chunk + 1) * params.channels + own.channel] = sum.y;
  }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn merge_sums(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let tile = group.y * groups.x + group.x;
  if (tile >= tiles()) { return; } // uniform
  let channel = tile * TILE + local % TILE;
  let chunks = select(0u, params.chunks, channel < params.channels);
  var sum = vec2<f32>();
  for (var chunk = local / TILE; chunk < chunks; chunk += LANES) {
    let i = 2 * chunk * params.channels + channel;
    sum += vec2<f32>(chunk_totals[i], chunk_totals[i + params.channels]);
  }
  sum = add_lanes(sum, local);
  if (local < TILE && channel < params.channels) {
    merged_dbeta[channel] = sum.x;
    merged_dgamma[channel] = sum.y;
    merged_totals[channel] = sum.x;
    merged_totals[params.channels + channel] = sum.y;
  }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn backward(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let index = group.y * groups.x + group.x;
  if (index >= tiles() * params.chunks) { return; }
  let own = walk(index, local);
  let center = mean[own.channel];
  let deviation = inverse_deviation(own.channel);
  let scale = gamma_saved[own.channel] * deviation;
  // What x does through the mean and through the variance of the batch.
  let through = select(1 / f32(params.n), 0.0, GIVEN);
  let through_mean = totals_saved[own.channel] * through;
  let through_variance = totals_saved[params.channels + own.channel] * deviation * through;
  for (var e = own.first; e < own.end; e += LANES) {
    let i = position(own.channel, e);
    dx[i] = scale * (dz_at(i) - through_mean - (x[i] - center) * through_variance);
  }
}
