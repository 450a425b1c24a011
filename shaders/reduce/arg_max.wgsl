// The position of the maximum or minimum along one axis; joined to rows.wgsl.
//   y = the j of the extreme x_j; NaN is extreme, as in NumPy; on ties the first, or the last if LAST
// Compares bit patterns mapped to integers of the same order, which drivers can neither flush to 0 nor fold.
// x: [outer, length, inner], y: [outer, inner], contiguous. Workgroup memory: 8 * WORKGROUP_SIZE bytes.

alias T = f32;
const LARGEST: bool = true;
const LAST: bool = false;
// forward(x) -> y
@group(0) @binding(1) var<storage, read> x: array<T>;
@group(0) @binding(2) var<storage, read_write> y: array<i32>;

struct Candidate { rank: i32, at: u32 }
var<workgroup> candidates: array<Candidate, WORKGROUP_SIZE>;

// An integer that grows with how extreme a number is; NaN has the largest, and -0 the same as 0.
fn rank_of(v: T) -> i32 {
  let bits = bitcast<i32>(v);
  if (T(0.5) == T(0)) { return select(~bits, bits, LARGEST); } // T is i32
  let magnitude = bits & 0x7fffffff;
  let rank = select(magnitude, -magnitude, (bits < 0) == LARGEST);
  return select(rank, 0x7fffffff, magnitude > 0x7f800000);
}

fn better(a: Candidate, b: Candidate) -> Candidate {
  let is_a = (a.rank > b.rank) | ((a.rank == b.rank) & ((a.at > b.at) == LAST));
  return Candidate(select(b.rank, a.rank, is_a), select(b.at, a.at, is_a));
}

// The best candidate of all lanes of a row, valid in lane 0.
fn best_of_lanes(candidate: Candidate, local: u32) -> Candidate {
  if (LANES == 1) { return candidate; }
  candidates[local] = candidate;
  workgroupBarrier();
  for (var half = WORKGROUP_SIZE / 2; half > 0; half /= 2) {
    if (local < half) { candidates[local] = better(candidates[local], candidates[local + half]); }
    workgroupBarrier();
  }
  return candidates[local];
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn forward(group: Workgroup, @builtin(local_invocation_index) local: u32) {
  let row = row_of(group, local);
  let start = row.start;
  var best = Candidate(rank_of(x[start]), 0); // in every invocation: repeating the first element is harmless
  for (var j = row.lane; j < row.end; j += LANES) {
    best = better(best, Candidate(rank_of(x[start + j * params.inner]), j));
  }
  best = best_of_lanes(best, local);
  if (row.lane == 0 && row.end > 0) { y[row.index] = i32(best.at); }
}
