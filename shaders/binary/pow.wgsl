// a^b. WGSL's pow takes no negative base: whole exponents get their sign here, others have no real power, and the
// square root of the base stands for it: not a number, where the driver has one; as for NaN, of which pow() promises
// nothing.
// Its result may be a little below a whole number, which is put right where the power is one. i32 are multiplied: f32 has
// 24 bits.
fn whole_power(a: T, b: T) -> T {
  var power = T(1);
  var square = a;
  for (var left = u32(b); left > 0; left >>= 1) {
    if ((left & 1) == 1) { power *= square; }
    square *= square;
  }
  return power;
}

fn f(a: T, b: T) -> R {
  if (T(0.5) == T(0) && b >= T(0)) { return R(whole_power(a, b)); } // T is i32
  let base = f32(a);
  let exponent = f32(b);
  if (exponent == 0) { return R(1); }
  var magnitude = pow(abs(base), exponent);
  let whole_exponent = floor(exponent) == exponent;
  if (whole_exponent && exponent > 0 && floor(base) == base) { magnitude = round(magnitude); }
  if (base >= 0 && exponent == exponent) { return R(magnitude); }
  if (!(base < 0 && whole_exponent)) { return R(sqrt(base) * exponent); }
  let odd = fract(abs(exponent) * 0.5) != 0;
  return R(select(magnitude, -magnitude, odd));
}
fn dfa(a: T, b: T, y: T) -> T {
  if (b == 0) { return T(0); }
  return b * T(f(a, b - 1));
}
fn dfb(a: T, b: T, y: T) -> T {
  if (a <= 0) { return T(0); }
  return select(a, y * T(log(f32(a))), a > 0);
}
