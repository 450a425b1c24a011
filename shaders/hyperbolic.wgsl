// The hyperbolic sine and cosine. Beyond 10 they are e^|x| / 2 in float32, whose square root is the factor twice: e^x is
// infinite before they are. NaN stays NaN, of which exp() promises nothing.
fn half_exp(x: T) -> T {
  let root = exp(0.5 * abs(x));
  return 0.5 * root * root;
}

fn sinh_of(x: T) -> T {
  return select(select(sinh(x), sign(x) * half_exp(x), abs(x) > T(10)), x, is_nan(x));
}

fn cosh_of(x: T) -> T { return select(select(cosh(x), half_exp(x), abs(x) > T(10)), x, is_nan(x)); }
