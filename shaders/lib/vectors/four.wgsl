// An elementwise kernel computes four neighbouring elements at a time; the padding after the last element stays 0.
alias I = vec4<i32>;
alias B = vec4<bool>;
fn inside(i: u32, v: R) -> R { return select(R(), v, 4 * i + vec4<u32>(0, 1, 2, 3) < vec4<u32>(params.size)); }
