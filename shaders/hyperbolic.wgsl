// The hyperbolic sine and cosine from r = e^(|x| / 2), as e^|x| is infinite before they are. WGSL promises of sinh() no more than
// of e^x, so that small x come out as 0: below 0.5 the series to x^7, off by 1e-8. NaN stays NaN, of which exp() promises nothing.
fn sinh_of(x: T) -> T {
  let r = exp(0.5 * abs(x));
  let inverse = 1 / r;
  let x2 = x * x;
  let series = x * (1 + x2 / 6 * (1 + x2 / 20 * (1 + x2 / 42)));
  return select(series, sign(x) * (0.5 * r * r - 0.5 * inverse * inverse), abs(x) > T(0.5));
}

fn cosh_of(x: T) -> T {
  let r = exp(0.5 * abs(x));
  let inverse = 1 / r;
  return select(0.5 * r * r + 0.5 * inverse * inverse, x, is_nan(x));
}
