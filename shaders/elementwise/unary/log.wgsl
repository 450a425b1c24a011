// The natural logarithm. -infinity at 0, where WGSL lets log() return anything; NaN below 0, from sqrt(). NaN stays
// NaN.
fn f(x: T) -> T { return keep_nan(x, select(select(sqrt(x), log(x), x > T(0)), T(-infinity()), x == T(0))); }
fn df(x: T, y: T) -> T { return 1 / x; }
