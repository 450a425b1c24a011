// Calls entry_element(i) for every element or vector i; src/ops/lib/entries.ts replaces `entry` with the name of an
// entry point. Workgroups beyond 65535 fold into grid.y.

@compute @workgroup_size(WORKGROUP_SIZE)
fn entry(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let first = (group.y * groups.x + group.x) * WORKGROUP_SIZE * ITEMS + local;
  let end = min(first + WORKGROUP_SIZE * ITEMS, (params.size + WIDTH - 1) / WIDTH);
  for (var i = first; i < end; i += WORKGROUP_SIZE) { entry_element(i); }
}
