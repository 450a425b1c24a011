// The gradients of batch normalization and of the ReLU and dropout that follow it; joined to batch_norm.wgsl. The
// elements that passed ReLU and dropout are recomputed from x and the random numbers, so neither y nor a mask is read.
//   sums      per chunk: sum of dz, sum of dz * (x - mean);   dz = dy * kept where z > 0
//   backward  dbeta = sum of dz,  dgamma = sum of dz * h, from the chunks;
//             dx = gamma / sqrt(variance + epsilon) * (dz - (dbeta + h * dgamma) / n) for the statistics of the batch;
//             GIVEN statistics do not depend on x: dx = gamma / sqrt(variance + epsilon) * dz
// dy, dx: as x; saved: [4, columns] as forward writes it; chunk sums: [chunks, 2, columns]; dgamma, dbeta: [columns].
// Workgroup memory: 8 or 32 * WORKGROUP_SIZE bytes.

const GIVEN: bool = false;
// sums(x, dy, saved; state) -> chunk_sums
@group(0) @binding(3) var<storage, read> dy: array<V>;
@group(0) @binding(4) var<storage, read> saved: array<V>;
@group(0) @binding(5) var<storage, read_write> chunk_sums_out: array<V>;
// backward(x, dy, saved, chunk_sums; state) -> dx, dgamma, dbeta
@group(0) @binding(5) var<storage, read> chunk_sums: array<V>;
@group(0) @binding(6) var<storage, read_write> dx: array<V>;
@group(0) @binding(7) var<storage, read_write> dgamma: array<V>;
@group(0) @binding(8) var<storage, read_write> dbeta: array<V>;

struct Channel { mean: V, inverse_deviation: V, gamma: V, beta: V }

fn channel_of(column: u32) -> Channel {
  return Channel(
    saved[column], inverseSqrt(saved[column + params.columns] + params.epsilon),
    saved[column + 2 * params.columns], saved[column + 3 * params.columns],
  );
}

// dz at position i, where x is `distance` from the mean.
fn dz_at(i: u32, distance: V, channel: Channel) -> V {
  var dz = dy[i];
  if (DROPOUT) { dz *= kept(i); }
  if (RELU) {
    let z = distance * (channel.gamma * channel.inverse_deviation) + channel.beta;
    dz = select(V(), dz, z > V()); // NaN: if z is, either choice will do
  }
  return dz;
}

struct Sums { dz: V, dz_distance: V }
var<workgroup> partial_sums: array<Sums, WORKGROUP_SIZE>;

// The sums of all lanes of a column, valid in its first lane.
fn add_lanes(sum: Sums, local: u32) -> Sums {
  if (LANES == 1) { return sum; }
  partial_sums[local] = sum;
  workgroupBarrier();
  for (var half = LANES / 2; half > 0; half /= 2) {
    if (local < half * TILE) {
      let other = partial_sums[local + half * TILE];
      partial_sums[local].dz += other.dz;
      partial_sums[local].dz_distance += other.dz_distance;
    }
    workgroupBarrier();
  }
  return partial_sums[local];
}

// Shares the first lane's result with all lanes of a column.
fn sum_of_lanes(sum: Sums, local: u32) -> Sums {
  if (LANES == 1) { return sum; }
  return partial_sums[local % TILE];
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn sums(group: Workgroup, @builtin(local_invocation_index) local: u32) {
  let span = span_of(group, local, params.chunks, params.chunk_length);
  let channel = channel_of(span.column);
  var sum = Sums();
  for (var e = span.first; e < span.end; e += LANES) {
    let i = position(span.column, e);
    let distance = x[i] - channel.mean;
    let dz = dz_at(i, distance, channel);
    sum.dz += dz;
    sum.dz_distance += dz * distance;
  }
  sum = add_lanes(sum, local);
  if (local < TILE && span.end > 0) {
    let i = 2 * span.part * params.columns + span.column;
    chunk_sums_out[i] = sum.dz;
    chunk_sums_out[i + params.columns] = sum.dz_distance;
  }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn backward(group: Workgroup, @builtin(local_invocation_index) local: u32) {
  let span = span_of(group, local, params.slabs, params.slab_length);
  let channel = channel_of(span.column);
  var lane_sum = Sums();
  for (var chunk = local / TILE; chunk < params.chunks; chunk += LANES) {
    let i = 2 * chunk * params.columns + span.column;
    lane_sum.dz += chunk_sums[i];
    lane_sum.dz_distance += chunk_sums[i + params.columns];
  }
  lane_sum = add_lanes(lane_sum, local);
  let sum = sum_of_lanes(lane_sum, local);
  if (span.first == 0 && span.end > 0) {
    dbeta[span.column] = sum.dz;
    dgamma[span.column] = sum.dz_distance * channel.inverse_deviation;
  }
  // The gradient of x through the mean and the variance of the batch.
  let through = select(1 / f32(params.n), 0.0, GIVEN);
  let through_mean = sum.dz * through;
  let through_variance = sum.dz_distance * (channel.inverse_deviation * channel.inverse_deviation * through);
  let scale = channel.gamma * channel.inverse_deviation;
  for (var e = span.first; e < span.end; e += LANES) {
    let i = position(span.column, e);
    let distance = x[i] - channel.mean;
    dx[i] = scale * (dz_at(i, distance, channel) - through_mean - distance * through_variance);
  }
}
