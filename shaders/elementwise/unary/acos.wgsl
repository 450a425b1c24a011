// The inverse cosine, in 0 .. pi; NaN beyond 1. By atan2, as WGSL's acos may be 7e-5 off.
fn f(x: T) -> T {
  let opposite = sqrt((1 - x) * (1 + x));
  return keep_nan(opposite, atan2(opposite, x));
}
fn df(x: T, y: T) -> T { return -inverseSqrt((1 - x) * (1 + x)); }
