// min(max(alpha * x + beta, 0), 1); the slope at both kinks is 0. NaN stays NaN.
fn f(x: T) -> T {
  let v = params.alpha * x + params.beta;
  return keep_nan(v, clamp(v, T(0), T(1)));
}
fn df(x: T, y: T) -> T { return select(T(0), T(params.alpha), (y > T(0)) & (y < T(1))); }
