// The hyperbolic tangent. Beyond +-10 it is +-1 in float32, and some drivers overflow there. WGSL allows an absolute
// error of 1e-5, so a driver may return 0 for small x: below 0.2 use the series to x^7, relative error 6e-8. NaN stays
// NaN, which clamp() may turn into a number.
fn f(x: T) -> T {
  let x2 = x * x;
  let series = x * (1 - x2 * (1 / 3.0 - x2 * (2 / 15.0 - x2 * (17 / 315.0))));
  return keep_nan(x, select(series, tanh(clamp(x, T(-10), T(10))), abs(x) >= T(0.2)));
}
fn df(x: T, y: T) -> T { return 1 - y * y; }
