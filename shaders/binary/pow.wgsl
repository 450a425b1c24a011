// a^b. WGSL's pow takes no negative base: whole exponents get their sign here, others have no real power (0 is returned).
fn f(a: T, b: T) -> R {
  let exponent = f32(b);
  if (exponent == 0) { return R(1); }
  let magnitude = pow(abs(f32(a)), exponent);
  if (a >= 0) { return R(magnitude); }
  if (floor(exponent) != exponent) { return R(0); }
  let odd = fract(abs(exponent) * 0.5) != 0;
  return R(select(magnitude, -magnitude, odd));
}
fn dfa(a: T, b: T, y: T) -> T { return b * T(f(a, b - 1)); }
fn dfb(a: T, b: T, y: T) -> T {
  if (a <= 0) { return T(0); }
  return y * T(log(f32(a)));
}
