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

var<workgroup> partial_sums: array<vec2<f32>, WORKGROUP_SIZE>;

// The sums of all lanes of a channel, valid in lane 0.
fn add_lanes(sum: vec2<f32>, local: u32) -> vec2<f32> {
  partial_sums[local] = sum;
  workgroupBarrier();
  for (var half = LANES / 2; half > 0; half /= 2) {
    if (local < half * TILE) { partial_sums[local] += partial_sums[local + half * TILE]; }
    workgroupBarrier();
  }
  return partial_sums[local];
}

fn dz_at(i: u32) -> f32 {
  if (RELU && y_saved[i] <= 0) { return 0.0; }
  return dy[i];
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn sums(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let index = group.y * groups.x + group.x;
  let chunk = index / tiles();
  if (chunk >= params.chunks) { return; } // uniform
  let channel = index % tiles() * TILE + local % TILE;
  let lane = local / TILE;
  let end = select(0u, end_of(chunk), channel < params.channels);
  var sum = vec2<f32>();
  for (var e = chunk * params.chunk_length + lane; e < end; e += LANES) {
    let i = position(channel, e);
    let dz = dz_at(i);
    sum += vec2<f32>(dz, dz * h_at(i, channel));
  }
  sum = add_lanes(sum, local);
  if (lane == 0 && channel < params.channels) {
    dbeta[chunk * params.channels + channel] = sum.x;
    dgamma[chunk * params.channels + channel] = sum.y;
    totals[2 * chunk * params.channels + channel] = sum.x;
    totals[(2 * chunk + 1) * params.channels + channel] = sum.y;
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
  let lane = local / TILE;
  let chunks = select(0u, params.chunks, channel < params.channels);
  var sum = vec2<f32>();
  for (var chunk = lane; chunk < chunks; chunk += LANES) {
    let i = 2 * chunk * params.channels + channel;
    sum += vec2<f32>(chunk_totals[i], chunk_totals[i + params.channels]);
  }
  sum = add_lanes(sum, local);
  if (lane == 0 && channel < params.channels) {
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
  let first = (group.y * groups.x + group.x) * WORKGROUP_SIZE * ITEMS + local;
  let end = min(first + WORKGROUP_SIZE * ITEMS, params.n * params.channels);
  for (var i = first; i < end; i += WORKGROUP_SIZE) {
    let channel = i / params.inner % params.channels;
    var through_statistics = 0.0;
    if (!GIVEN) {
      let weighted = h_at(i, channel) * totals_saved[params.channels + channel];
      through_statistics = (totals_saved[channel] + weighted) / f32(params.n);
    }
    dx[i] = gamma_saved[channel] * inverse_deviation(channel) * (dz_at(i) - through_statistics);
  }
}
