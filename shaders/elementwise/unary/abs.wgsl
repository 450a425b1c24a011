// |x|; the slope is 0 at 0, and NaN at NaN, as in sign.wgsl.
fn f(x: T) -> T { return abs(x); }
fn df(x: T, y: T) -> T { return keep_nan(x, sign(x)); }
