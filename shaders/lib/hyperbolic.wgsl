// The hyperbolic sine and cosine from r^2 = e^|x| / 2, which is finite where they are, though e^|x| is not: no compiler can
// multiply in an order that makes it infinite. WGSL promises of sinh() no more than of e^x, so that small x come out as 0:
// below 0.5 the series to x^7, off by 1e-8. NaN stays NaN, of which exp() promises nothing.
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
