// Batch normalization per channel, followed in the same pass by ReLU and dropout if enabled. The gradients are in
// batch_norm_backward.wgsl.
//   statistics  mean and biased variance of each chunk of the n elements of a channel
//   forward     merges the chunks;   y = kept * max(0, z),   z = gamma * h + beta,
//               h = (x - mean) / sqrt(variance + epsilon);   max only if RELU, kept (random/kept*.wgsl) only if DROPOUT
//   forward_and_track   forward, and moves the running statistics by the fraction `gain` of their distance
//   normalise   y with given statistics
// V is one number, or 4 neighbouring channels where inner is 1; a column holds all elements of one V.
// x, y: [outer, columns, inner] of V, contiguous; n = outer * inner; chunks: [chunks, 2, columns], with means relative
// to the channel's first element; saved, for the gradients: [4, columns], mean, variance, gamma, beta; vectors
// [columns].
//
// A workgroup takes one chunk (in `statistics`) or one slab of TILE neighbouring columns, with LANES invocations per
// column.
// Workgroup memory in statistics and forward: 12 or 36 * WORKGROUP_SIZE bytes.
// Source of `combine`: Chan, Golub and LeVeque (1979), "Updating formulae and a pairwise algorithm for computing
// sample variances".

alias V = f32;
alias I = i32; // for special.wgsl, like B
alias B = bool;
const RELU: bool = false;
const DROPOUT: bool = false;
const WORKGROUP_SIZE: u32 = 256;
const TILE: u32 = 8; // a power of two, like WORKGROUP_SIZE: the tree reduction halves the lanes
const LANES: u32 = WORKGROUP_SIZE / TILE;
struct Params {
  n: u32, columns: u32, inner: u32, chunks: u32, chunk_length: u32, slabs: u32, slab_length: u32,
  epsilon: f32, gain: f32, stream: u32, threshold: u32, scale: f32,
}
@group(0) @binding(0) var<uniform> params: Params;
// statistics(x; state) -> chunks
@group(0) @binding(2) var<storage, read> x: array<V>;
@group(0) @binding(3) var<storage, read_write> chunks_out: array<V>;
// forward(x, chunks, gamma, beta; state) -> y, saved, moving_mean, moving_variance
@group(0) @binding(3) var<storage, read> chunks: array<V>;
@group(0) @binding(4) var<storage, read> gamma: array<V>;
@group(0) @binding(5) var<storage, read> beta: array<V>;
@group(0) @binding(6) var<storage, read_write> y: array<V>;
@group(0) @binding(7) var<storage, read_write> saved_out: array<V>;
@group(0) @binding(8) var<storage, read_write> moving_mean: array<V>;
@group(0) @binding(9) var<storage, read_write> moving_variance: array<V>;
// normalise(x, gamma, beta, mean, variance; state) -> y
@group(0) @binding(3) var<storage, read> given_gamma: array<V>;
@group(0) @binding(4) var<storage, read> given_beta: array<V>;
@group(0) @binding(5) var<storage, read> given_mean: array<V>;
@group(0) @binding(6) var<storage, read> given_variance: array<V>;
@group(0) @binding(7) var<storage, read_write> y_given: array<V>;

fn tiles() -> u32 { return (params.columns + TILE - 1) / TILE; }

// The elements of a column that an invocation visits: first, first + LANES, ... below end.
struct Span { column: u32, first: u32, end: u32, part: u32 }

fn span_of(group: Workgroup, local: u32, parts: u32, length: u32) -> Span {
  let index = index_of(group);
  let part = index / tiles();
  let column = index % tiles() * TILE + local % TILE;
  let end = min((part + 1) * length, params.n);
  return Span(
    min(column, params.columns - 1), part * length + local / TILE,
    select(0u, end, column < params.columns && part < parts), part,
  );
}

// The position of element e of the n elements of a column.
fn position(column: u32, e: u32) -> u32 {
  if (params.inner == 1) { return e * params.columns + column; }
  return (e / params.inner * params.columns + column) * params.inner + e % params.inner;
}

struct Moments { count: f32, mean: V, m2: V } // m2: the sum of squared distances from the mean

fn combine(a: Moments, b: Moments) -> Moments {
  let count = a.count + b.count;
  let share = b.count / max(count, 1.0); // NaN: counts are never NaN
  let delta = b.mean - a.mean;
  return Moments(count, a.mean + delta * share, a.m2 + b.m2 + delta * delta * (a.count * share));
}

var<workgroup> partial_moments: array<Moments, WORKGROUP_SIZE>;

// The moments of all lanes of a column, valid in its first lane.
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

// Shares the first lane's result with all lanes of a column.
fn first_of_lanes(moments: Moments, local: u32) -> Moments {
  if (LANES == 1) { return moments; }
  return partial_moments[local % TILE];
}

// The first element of a column. Means are relative to it: far from 0 they would lose the digits that the variance
// depends on.
fn pivot_of(column: u32) -> V { return x[column * params.inner]; }

@compute @workgroup_size(WORKGROUP_SIZE)
fn statistics(group: Workgroup, @builtin(local_invocation_index) local: u32) {
  let span = span_of(group, local, params.chunks, params.chunk_length);
  let pivot = pivot_of(span.column);
  var e = span.first;
  var moments = Moments();
  for (; e + 3 * LANES < span.end; e += 4 * LANES) {
    let v0 = x[position(span.column, e)] - pivot;
    let v1 = x[position(span.column, e + LANES)] - pivot;
    let v2 = x[position(span.column, e + 2 * LANES)] - pivot;
    let v3 = x[position(span.column, e + 3 * LANES)] - pivot;
    let center = 0.25 * ((v0 + v1) + (v2 + v3));
    let d0 = v0 - center;
    let d1 = v1 - center;
    let d2 = v2 - center;
    let d3 = v3 - center;
    moments = combine(moments, Moments(4, center, (d0 * d0 + d1 * d1) + (d2 * d2 + d3 * d3)));
  }
  for (; e < span.end; e += LANES) {
    moments = combine(moments, Moments(1, x[position(span.column, e)] - pivot, V()));
  }
  moments = combine_lanes(moments, local);
  if (local < TILE && span.end > 0) {
    let i = 2 * span.part * params.columns + span.column;
    chunks_out[i] = moments.mean;
    chunks_out[i + params.columns] = moments.m2 / max(moments.count, 1.0); // NaN: counts are never NaN
  }
}

// Mean and variance of a column, merged from its chunks by all its lanes.
fn merged(column: u32, local: u32) -> Moments {
  var partial = Moments();
  for (var chunk = local / TILE; chunk < params.chunks; chunk += LANES) {
    let count = f32(min((chunk + 1) * params.chunk_length, params.n) - chunk * params.chunk_length);
    let i = 2 * chunk * params.columns + column;
    partial = combine(partial, Moments(count, chunks[i], chunks[i + params.columns] * count));
  }
  partial = combine_lanes(partial, local);
  let moments = first_of_lanes(partial, local);
  return Moments(moments.count, moments.mean + pivot_of(column), moments.m2 / max(moments.count, 1.0)); // NaN: never in counts
}

fn finish(i: u32, z: V) -> V {
  var v = z;
  if (RELU) { v = keep_nan(z, select(z, V(), z < V())); }
  if (DROPOUT) { v *= kept(i); }
  return v;
}

// Writes y of a slab; returns the moments of the column.
fn transform(span: Span, local: u32) -> Moments {
  let moments = merged(span.column, local);
  let scale = gamma[span.column] * inverseSqrt(moments.m2 + params.epsilon);
  let shift = beta[span.column];
  for (var e = span.first; e < span.end; e += LANES) {
    let i = position(span.column, e);
    y[i] = finish(i, (x[i] - moments.mean) * scale + shift);
  }
  return moments;
}

fn save(column: u32, moments: Moments) {
  saved_out[column] = moments.mean;
  saved_out[column + params.columns] = moments.m2;
  saved_out[column + 2 * params.columns] = gamma[column];
  saved_out[column + 3 * params.columns] = beta[column];
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn forward(group: Workgroup, @builtin(local_invocation_index) local: u32) {
  let span = span_of(group, local, params.slabs, params.slab_length);
  let moments = transform(span, local);
  if (span.first == 0 && span.end > 0) { save(span.column, moments); }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn forward_and_track(group: Workgroup, @builtin(local_invocation_index) local: u32) {
  let span = span_of(group, local, params.slabs, params.slab_length);
  let moments = transform(span, local);
  if (span.first == 0 && span.end > 0) {
    save(span.column, moments);
    moving_mean[span.column] += (moments.mean - moving_mean[span.column]) * params.gain;
    moving_variance[span.column] += (moments.m2 - moving_variance[span.column]) * params.gain;
  }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn normalise(group: Workgroup, @builtin(local_invocation_index) local: u32) {
  let span = span_of(group, local, params.slabs, params.slab_length);
  let center = given_mean[span.column];
  let scale = given_gamma[span.column] * inverseSqrt(given_variance[span.column] + params.epsilon);
  let shift = given_beta[span.column];
  for (var e = span.first; e < span.end; e += LANES) {
    let i = position(span.column, e);
    y_given[i] = finish(i, (x[i] - center) * scale + shift);
  }
}
