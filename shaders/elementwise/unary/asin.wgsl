// The inverse sine, in -pi/2 .. pi/2; NaN for |x| > 1. Computed from half the angle, because WGSL allows asin an error
// of 7e-5, and atan2 may place -0 on the other side of the circle.
fn f(x: T) -> T {
  let adjacent = sqrt((1 - x) * (1 + x));
  return keep_nan(adjacent, 2 * atan(x / (1 + adjacent)));
}
fn df(x: T, y: T) -> T { return inverseSqrt((1 - x) * (1 + x)); }
