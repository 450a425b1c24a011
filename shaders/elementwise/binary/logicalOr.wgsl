// One differs from 0, as 1 or 0; NaN does.
fn f(a: T, b: T) -> R { return R((a != T(0)) | (b != T(0)) | is_nan(a) | is_nan(b)); }
