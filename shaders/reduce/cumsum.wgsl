// Cumulative sums along one axis; joined to rows.wgsl.
//   y_j = sum_{k <= j} x_k;   EXCLUSIVE: k < j;   REVERSE: from the end, k >= j or k > j
// x, y: [outer, length, inner], contiguous. An invocation sums a segment of its row, then walks it again starting from
// the sum of all previous segments. Workgroup memory: 4 * WORKGROUP_SIZE bytes.

alias T = f32;
const EXCLUSIVE: bool = false;
const REVERSE: bool = false;
// forward(x) -> y
@group(0) @binding(1) var<storage, read> x: array<T>;
@group(0) @binding(2) var<storage, read_write> y: array<T>;

var<workgroup> segment_sums: array<T, WORKGROUP_SIZE>;

fn position(start: u32, j: u32) -> u32 {
  return start + select(j, params.length - 1 - j, REVERSE) * params.inner;
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn forward(group: Workgroup, @builtin(local_invocation_index) local: u32) {
  let row = row_of(group, local);
  let segment = (params.length + LANES - 1) / LANES;
  let first = row.lane * segment;
  let last = min(first + segment, row.end);
  var sum = T(0);
  if (LANES > 1) {
    for (var j = first; j < last; j++) { sum += x[position(row.start, j)]; }
    segment_sums[local] = sum;
    workgroupBarrier();
    sum = T(0);
    for (var before = 0u; before < local; before++) { sum += segment_sums[before]; }
  }
  for (var j = first; j < last; j++) {
    let i = position(row.start, j);
    let next = sum + x[i];
    y[i] = select(next, sum, EXCLUSIVE);
    sum = next;
  }
}
