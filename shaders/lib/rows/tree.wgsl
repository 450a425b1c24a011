// Reductions over a row as trees in workgroup memory, for any device. Workgroup memory: 4 * WORKGROUP_SIZE bytes.

var<workgroup> partial: array<f32, WORKGROUP_SIZE>;

// NaN: may be lost, see rows.wgsl.
fn row_max(value: f32, local: u32) -> f32 {
  if (LANES == 1) { return value; }
  partial[local] = value;
  workgroupBarrier();
  for (var half = WORKGROUP_SIZE / 2; half > 0; half /= 2) {
    if (local < half) { partial[local] = max(partial[local], partial[local + half]); }
    workgroupBarrier();
  }
  let result = partial[0];
  workgroupBarrier();
  return result;
}

fn row_sum(value: f32, local: u32) -> f32 {
  if (LANES == 1) { return value; }
  partial[local] = value;
  workgroupBarrier();
  for (var half = WORKGROUP_SIZE / 2; half > 0; half /= 2) {
    if (local < half) { partial[local] += partial[local + half]; }
    workgroupBarrier();
  }
  let result = partial[0];
  workgroupBarrier();
  return result;
}
