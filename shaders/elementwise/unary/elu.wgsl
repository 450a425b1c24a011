// x, or alpha * (e^x - 1) for x < 0. The slope at 0 is alpha. NaN stays NaN.
fn f(x: T) -> T { return keep_nan(x, select(x, params.alpha * (exp(min(x, T(0))) - 1), x < T(0))); }
fn df(x: T, y: T) -> T { return keep_nan(x, select(y + params.alpha, T(1), x > T(0))); }
