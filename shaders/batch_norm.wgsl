// Batch normalisation per channel, with a ReLU if asked for; the gradients are in batch_norm_backward.wgsl.
//   statistics  mean and biased variance of each channel, or of each chunk of its n elements
//   merge       those of all n, from those of the chunks
//   forward     y = gamma * h + beta, or max(0, gamma * h + beta) with RELU,   h = (x - mean) / sqrt(variance + epsilon)
// x, y: [outer, channels, inner], contiguous; n = outer * inner. gamma and beta: [channels]; mean and variance:
// [channels], of chunks [chunks, channels], where the mean is still relative to the channel's first element.
//
// A workgroup takes one chunk of TILE neighbouring channels, LANES invocations each, so that neighbours read neighbours
// in memory: along the channels if inner is 1; if not, TILE is 1, and they read along n.
// Workgroup memory in statistics and merge: 12 * WORKGROUP_SIZE bytes.
// Source of `combine`: Chan, Golub and LeVeque (1979), "Updating formulae and a pairwise algorithm for computing
// sample variances".

const RELU: bool = false;
const WORKGROUP_SIZE: u32 = 256;
const TILE: u32 = 16; // a power of two, like WORKGROUP_SIZE: the tree reduction halves the lanes
const LANES: u32 = WORKGROUP_SIZE / TILE;
struct Params { n: u32, channels: u32, inner: u32, chunks: u32, chunk_length: u32, epsilon: f32 }
@group(0) @binding(0) var<uniform> params: Params;
// statistics(x) -> mean_out, variance_out
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> mean_out: array<f32>;
@group(0) @binding(3) var<storage, read_write> variance_out: array<f32>;
// merge(x, chunk_mean, chunk_variance) -> merged_mean, merged_variance
@group(0) @binding(2) var<storage, read> chunk_mean: array<f32>;
@group(0) @binding(3) var<storage, read> chunk_variance: array<f32>;
@group(0) @binding(4) var<storage, read_write> merged_mean: array<f32>;
@group(0) @binding(5) var<storage, read_write> merged_variance: array<f32>;
// forward(x, gamma, beta, mean, variance) -> y
@group(0) @binding(2) var<storage, read> gamma: array<f32>;
@group(0) @binding(3) var<storage, read> beta: array<f32>;
@group(0) @binding(4) var<storage, read> mean: array<f32>;
@group(0) @binding(5) var<storage, read> variance: array<f32>;
@group(0) @binding(6) var<storage, read_write> y: array<f32>;

fn tiles() -> u32 { return (params.channels + TILE - 1) / TILE; }

fn end_of(chunk: u32) -> u32 { return min((chunk + 1) * params.chunk_length, params.n); }

// The elements of a channel that an invocation visits: LANES apart, of the n from 0.
struct Walk { channel: u32, first: u32, end: u32 }

fn walk(index: u32, local: u32) -> Walk {
  let chunk = index / tiles();
  let channel = index % tiles() * TILE + local % TILE;
  return Walk(channel, chunk * params.chunk_length + local / TILE, select(0u, end_of(chunk), channel < params.channels));
}

// Where element e of the n elements of a channel lies.
fn position(channel: u32, e: u32) -> u32 {
  if (params.inner == 1) { return e * params.channels + channel; }
  return (e / params.inner * params.channels + channel) * params.inner + e % params.inner;
}

// The first element of a channel. Means are taken relative to it: far from 0 they would lose the digits that the
// variance is made of.
fn pivot_of(channel: u32) -> f32 {
  if (params.n == 0) { return 0.0; }
  return x[min(channel, params.channels - 1) * params.inner];
}

fn inverse_deviation(channel: u32) -> f32 { return inverseSqrt(variance[channel] + params.epsilon); }

struct Moments { count: f32, mean: f32, m2: f32 } // m2: the sum of squared distances from the mean
var<workgroup> partial_moments: array<Moments, WORKGROUP_SIZE>;

fn combine(a: Moments, b: Moments) -> Moments {
  let count = a.count + b.count;
  let share = b.count / max(count, 1.0);
  let delta = b.mean - a.mean;
  return Moments(count, a.mean + delta * share, a.m2 + b.m2 + delta * delta * a.count * share);
}

// The moments of all lanes of a channel, valid in its first lane.
fn combine_lanes(moments: Moments, local: u32) -> Moments {
  if (LANES == 1) { return moments; }
  partial_moments[local] = moments;
  workgroupBarrier();
  for (var half = LANES / 2; half > 0; half /= 2) {
    if (local < half * TILE) {
      partial_moments[local] = combine(partial_moments[local], partial_moments[local + half * TILE]);
    }
    workgroupBarrier();
  }
  return partial_moments[local];
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn statistics(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let index = group.y * groups.x + group.x;
  if (index >= tiles() * params.chunks) { return; } // uniform
  let own = walk(index, local);
  let pivot = pivot_of(own.channel);
  var e = own.first;
  var moments = Moments();
  for (; e + 3 * LANES < own.end; e += 4 * LANES) {
    let v = vec4<f32>(
      x[position(own.channel, e)], x[position(own.channel, e + LANES)],
      x[position(own.channel, e + 2 * LANES)], x[position(own.channel, e + 3 * LANES)],
    ) - pivot;
    let center = dot(v, vec4<f32>(0.25));
    let d = v - center;
    moments = combine(moments, Moments(4, center, dot(d, d)));
  }
  for (; e < own.end; e += LANES) {
    moments = combine(moments, Moments(1, x[position(own.channel, e)] - pivot, 0));
  }
  moments = combine_lanes(moments, local);
  if (local < TILE && own.channel < params.channels) {
    let i = index / tiles() * params.channels + own.channel;
    mean_out[i] = moments.mean + select(0.0, pivot, params.chunks == 1);
    variance_out[i] = moments.m2 / max(moments.count, 1.0);
  }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn merge(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let tile = group.y * groups.x + group.x;
  if (tile >= tiles()) { return; } // uniform
  let channel = tile * TILE + local % TILE;
  let chunks = select(0u, params.chunks, channel < params.channels);
  var moments = Moments();
  for (var chunk = local / TILE; chunk < chunks; chunk += LANES) {
    let count = f32(end_of(chunk) - chunk * params.chunk_length);
    let i = chunk * params.channels + channel;
    moments = combine(moments, Moments(count, chunk_mean[i], chunk_variance[i] * count));
  }
  moments = combine_lanes(moments, local);
  if (local < TILE && channel < params.channels) {
    merged_mean[channel] = moments.mean + pivot_of(channel);
    merged_variance[channel] = moments.m2 / max(moments.count, 1.0);
  }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn forward(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let index = group.y * groups.x + group.x;
  if (index >= tiles() * params.chunks) { return; }
  let own = walk(index, local);
  let center = mean[own.channel];
  let scale = gamma[own.channel] * inverse_deviation(own.channel);
  let shift = beta[own.channel];
  for (var e = own.first; e < own.end; e += LANES) {
    let i = position(own.channel, e);
    let z = (x[i] - center) * scale + shift;
    y[i] = select(z, max(z, 0.0), RELU);
  }
}
