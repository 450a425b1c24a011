// Reductions over a row through subgroups: two barriers instead of one for each level of a tree. Each subgroup reduces its
// own values, and then what all of them came to. Which invocations form a subgroup is not promised, nor that it is full:
// each counts itself among those that are there. Workgroup memory: 4 * WORKGROUP_SIZE bytes.

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
  let own = subgroupAdd(value);
  partial[local] = select(0, own, subgroupElect()); // once for each subgroup
  workgroupBarrier();
  let members = subgroupAdd(1u);
  var sum = 0.0;
  for (var i = subgroupExclusiveAdd(1u); i < WORKGROUP_SIZE; i += members) { sum += partial[i]; }
  workgroupBarrier();
  return subgroupAdd(sum);
}
