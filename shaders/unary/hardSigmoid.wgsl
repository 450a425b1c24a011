// alpha * x + beta limited to 0 .. 1; the slope at both kinks is 0.
fn f(x: T) -> T {
  let v = params.alpha * x + params.beta;
  return select(select(v, T(0), v < T(0)), T(1), v > T(1)); // NaN stays NaN
}
fn df(x: T, y: T) -> T { return select(T(0), T(params.alpha), (y > T(0)) & (y < T(1))); }
