// min(max(x, alpha), beta), so beta where alpha > beta; the gradient passes at the bounds. NaN stays NaN.
fn f(x: T) -> T { return keep_nan(x, min(max(x, T(params.alpha)), T(params.beta))); }
fn df(x: T, y: T) -> T { return select(T(0), T(1), (x >= T(params.alpha)) & (x <= T(params.beta))); }
