// a differs from b, as 1 or 0; NaN does, which drivers may deny of a != b.
fn f(a: T, b: T) -> R { return R(!(a == b)); }
