// a differs from b, as 1 or 0; NaN does.
fn f(a: T, b: T) -> R { return R((a != b) | is_nan(a) | is_nan(b)); }
