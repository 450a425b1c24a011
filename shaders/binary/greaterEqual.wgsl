// a >= b, as 1 or 0.
fn f(a: T, b: T) -> R { return R(a >= b); }
