// 1 if a or b is nonzero, else 0; NaN counts as nonzero.
fn f(a: T, b: T) -> R { return R((a != T(0)) | (b != T(0)) | is_nan(a) | is_nan(b)); }
