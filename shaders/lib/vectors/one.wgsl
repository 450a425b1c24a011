// An elementwise kernel computes one element at a time.
alias I = i32;
alias B = bool;
fn inside(i: u32, v: R) -> R { return v; }
