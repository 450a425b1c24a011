// 1 if a and b are both nonzero, else 0; NaN counts as nonzero.
fn f(a: T, b: T) -> R { return R(((a != T(0)) | is_nan(a)) & ((b != T(0)) | is_nan(b))); }
