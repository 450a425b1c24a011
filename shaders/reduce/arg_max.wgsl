// The position of the largest element along one axis, or of the smallest; joined to rows.wgsl.
//   y = the j at which x_j is extreme, as NaN is for NumPy; of ties the first, or the LAST
// Numbers are compared by their bits as integers of the same order, which drivers can neither flush to 0 nor fold.
// x: [outer, length, inner], y: [outer, inner], contiguous. Workgroup memory: 8 * WORKGROUP_SIZE bytes.

alias T = f32;
const LARGEST: bool = true;
const LAST: bool = false;
// forward(x) -> y
@group(0) @binding(1) var<storage, read> x: array<T>;
@group(0) @binding(2) var<storage, read_write> y: array<i32>;

struct Candidate { rank: i32, at: u32 }
var<workgroup> candidates: array<Candidate, WORKGROUP_SIZE>;

// An integer that is the larger, the more extreme a number is; NaN's is the largest, and that of -0 equals that of 0.
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

// The best of all lanes of a row, valid in lane 0.
fn best_of_lanes(own: Candidate, local: u32) -> Candidate {
  if (LANES == 1) { return own; }
  candidates[local] = own;
  workgroupBarrier();
  for (var half = WORKGROUP_SIZE / 2; half > 0; half /= 2) {
    if (local < half) { candidates[local] = better(candidates[local], candidates[local + half]); }
    workgroupBarrier();
  }
  return candidates[local];
}

fn forward_row(row: Row, local: u32) {
  let start = row.start;
  var best = Candidate(rank_of(x[start]), 0); // of every invocation: one more look at the first element changes nothing
  for (var j = row.lane; j < row.end; j += LANES) {
    best = better(best, Candidate(rank_of(x[start + j * params.inner]), j));
  }
  best = best_of_lanes(best, local);
  if (row.lane == 0 && row.end > 0) { y[row.index] = i32(best.at); }
}
