// e^x. keep_nan, because WGSL does not define exp(NaN).
fn f(x: T) -> T { return keep_nan(x, exp(x)); }
fn df(x: T, y: T) -> T { return y; }
