// log(1 + e^x), computed as max(x, 0) + log(1 + e^-|x|), which cannot overflow; NaN stays NaN.
fn f(x: T) -> T { return keep_nan(x, select(x, T(0), x < T(0)) + log(1 + exp(-abs(x)))); }
fn df(x: T, y: T) -> T {
  let e = exp(-abs(x));
  return keep_nan(x, select(e, T(1), x >= T(0)) / (1 + e));
}
