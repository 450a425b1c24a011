// a < b as 1 or 0; false for NaN.
fn f(a: T, b: T) -> R { return R((a < b) & !is_nan(a) & !is_nan(b)); }
