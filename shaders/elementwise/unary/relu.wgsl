// max(x, 0); the slope at 0 is 0. keep_nan, because drivers may compile the comparison to max(), which drops NaN.
fn f(x: T) -> T { return keep_nan(x, select(x, T(0), x < T(0))); }
fn df(x: T, y: T) -> T { return select(T(0), T(1), x > T(0)); }
