// The natural logarithm. -infinity at 0, where log() may make a number of its own; NaN below, as sqrt() does. NaN stays NaN.
fn f(x: T) -> T { return keep_nan(x, select(select(sqrt(x), log(x), x > T(0)), T(-infinity()), x == T(0))); }
fn df(x: T, y: T) -> T { return 1 / x; }
