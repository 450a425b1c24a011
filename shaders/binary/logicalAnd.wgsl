// Both differ from 0, as 1 or 0; NaN does, as in notEqual.wgsl.
fn f(a: T, b: T) -> R { return R(!((a == T(0)) | (b == T(0)))); }
