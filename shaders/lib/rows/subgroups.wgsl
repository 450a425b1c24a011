// Reductions over a row through subgroups: two barriers instead of one per level of a tree. Each subgroup reduces its
// own values, then the results of all subgroups. WGSL guarantees neither which invocations form a subgroup nor that it
// is full, so each invocation counts its position among the active ones. Workgroup memory: 4 * WORKGROUP_SIZE bytes.

var<workgroup> partial: array<f32, WORKGROUP_SIZE>;

// NaN: may be lost, see rows.wgsl.
fn row_max(value: f32, local: u32) -> f32 {
  if (LANES == 1) { return value; }
  var largest = subgroupMax(value);
  partial[local] = largest;
  workgroupBarrier();
  let members = subgroupAdd(1u);
  for (var i = subgroupExclusiveAdd(1u); i < WORKGROUP_SIZE; i += members) { largest = max(largest, partial[i]); }
  workgroupBarrier();
  return subgroupMax(largest);
}

fn row_sum(value: f32, local: u32) -> f32 {
  if (LANES == 1) { return value; }
  let subtotal = subgroupAdd(value);
  partial[local] = select(0, subtotal, subgroupElect()); // once for each subgroup
  workgroupBarrier();
  let members = subgroupAdd(1u);
  var sum = 0.0;
  for (var i = subgroupExclusiveAdd(1u); i < WORKGROUP_SIZE; i += members) { sum += partial[i]; }
  workgroupBarrier();
  return subgroupAdd(sum);
}
