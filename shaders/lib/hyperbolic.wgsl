// The hyperbolic sine and cosine from r^2 = e^|x| / 2, which is finite wherever they are, unlike e^|x|: in whatever
// order a compiler multiplies, no intermediate result overflows. WGSL guarantees only the absolute accuracy of e^x for
// sinh(), so small x may return 0: below 0.5 use the series to x^7, error 1e-8. keep_nan, because WGSL does not define
// exp(NaN).
const HALF_LOG_2: f32 = 0.34657359;

fn sinh_of(x: T) -> T {
  let r = exp(0.5 * abs(x) - HALF_LOG_2);
  let inverse = 0.5 / r;
  let x2 = x * x;
  let series = x * (1 + x2 / 6 * (1 + x2 / 20 * (1 + x2 / 42)));
  return keep_nan(x, select(series, sign(x) * (r * r - inverse * inverse), abs(x) > T(0.5)));
}

fn cosh_of(x: T) -> T {
  let r = exp(0.5 * abs(x) - HALF_LOG_2);
  let inverse = 0.5 / r;
  return keep_nan(x, r * r + inverse * inverse);
}
