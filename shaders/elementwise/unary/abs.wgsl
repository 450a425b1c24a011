// |x|; the slope at 0 is 0, and that at NaN is NaN, as in sign.wgsl.
fn f(x: T) -> T { return abs(x); }
fn df(x: T, y: T) -> T { return keep_nan(x, sign(x)); }
