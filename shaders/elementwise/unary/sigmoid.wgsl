// 1 / (1 + e^-x), from e^-|x|, which can't overflow. NaN stays NaN, of which exp() promises nothing.
fn f(x: T) -> T {
  let e = exp(-abs(x));
  return keep_nan(x, select(e, T(1), x >= T(0)) / (1 + e));
}
fn df(x: T, y: T) -> T { return y * (1 - y); }
