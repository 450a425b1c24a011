// The inverse sine, in -pi/2 .. pi/2; NaN beyond 1. By the angle's half, as WGSL's asin may be 7e-5 off, and atan2 may take
// -0 for the other side of the circle.
fn f(x: T) -> T {
  let adjacent = sqrt((1 - x) * (1 + x));
  return keep_nan(adjacent, 2 * atan(x / (1 + adjacent)));
}
fn df(x: T, y: T) -> T { return inverseSqrt((1 - x) * (1 + x)); }
