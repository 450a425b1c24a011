// Calls entry_row(row, local) for the rows of a workgroup; src/ops/lib/entries.ts replaces `entry` with the name of an
// entry point.

@compute @workgroup_size(WORKGROUP_SIZE)
fn entry(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  entry_row(row_of(group, groups, local), local);
}
