// The tangent, from long_sine.wgsl.
fn f(x: T) -> T {
  let angle = any_angle(x);
  return shifted_sine(angle, 0) / shifted_sine(angle, 1);
}
fn df(x: T, y: T) -> T { return 1 + y * y; }
