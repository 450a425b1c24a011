// Both differ from 0, as 1 or 0; NaN does.
fn f(a: T, b: T) -> R { return R(((a != T(0)) | is_nan(a)) & ((b != T(0)) | is_nan(b))); }
