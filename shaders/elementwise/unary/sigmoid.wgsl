// 1 / (1 + e^-x), computed from e^-|x|, which cannot overflow. keep_nan, because WGSL does not define exp(NaN).
fn f(x: T) -> T {
  let e = exp(-abs(x));
  return keep_nan(x, select(e, T(1), x >= T(0)) / (1 + e));
}
fn df(x: T, y: T) -> T { return y * (1 - y); }
