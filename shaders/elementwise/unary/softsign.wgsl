// x / (1 + |x|); +-1 in float32 for |x| > 1e9, infinities included. NaN stays NaN.
fn f(x: T) -> T { return keep_nan(x, select(x / (1 + abs(x)), sign(x), abs(x) > T(1e9))); }
fn df(x: T, y: T) -> T { return 1 / ((1 + abs(x)) * (1 + abs(x))); }
