// Both differ from 0, as 1 or 0.
fn f(a: T, b: T) -> R { return R(a != 0 && b != 0); }
