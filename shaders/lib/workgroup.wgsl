// Joined to every kernel. Workgroups beyond 65535, the limit of a dimension, fold into the grid's y.

struct Workgroup { @builtin(workgroup_id) id: vec3<u32>, @builtin(num_workgroups) count: vec3<u32> }

fn index_of(group: Workgroup) -> u32 { return group.id.y * group.count.x + group.id.x; }
