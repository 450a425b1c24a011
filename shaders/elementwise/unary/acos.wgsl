// The inverse cosine, in 0 .. pi; NaN for |x| > 1. Computed by atan2, because WGSL allows acos an error of 7e-5.
fn f(x: T) -> T {
  let opposite = sqrt((1 - x) * (1 + x));
  return keep_nan(opposite, atan2(opposite, x));
}
fn df(x: T, y: T) -> T { return -inverseSqrt((1 - x) * (1 + x)); }
