// Calls entry_element(i) for every element or vector i; src/ops/lib/elements.ts replaces `entry` with the name of an
// entry point. Workgroups beyond 65535 fold into grid.y.

@compute @workgroup_size(WORKGROUP_SIZE)
fn entry(group: Workgroup, @builtin(local_invocation_index) local: u32) {
  let first = index_of(group) * WORKGROUP_SIZE * ITEMS + local;
  let end = min(first + WORKGROUP_SIZE * ITEMS, (params.size + WIDTH - 1) / WIDTH);
  for (var i = first; i < end; i += WORKGROUP_SIZE) { entry_element(i); }
}
