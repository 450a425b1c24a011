// Hyperbolic tangent. Beyond +-10 it is +-1 in float32, and some drivers overflow there. WGSL promises 1e-5 absolute, so
// that small x may come out as 0: below 0.2 the series to x^7, off by 6e-8 of tanh x; and of NaN, which clamp()
// may turn into a number.
fn f(x: T) -> T {
  let x2 = x * x;
  let series = x * (1 - x2 * (1 / 3.0 - x2 * (2 / 15.0 - x2 * (17 / 315.0))));
  return keep_nan(x, select(series, tanh(clamp(x, T(-10), T(10))), abs(x) >= T(0.2)));
}
fn df(x: T, y: T) -> T { return 1 - y * y; }
