// a^b. i32 powers multiply integers, because f32 has only 24 bits; a negative exponent returns 1 / a^-b truncated,
// which is 0 unless a is 1 or -1.
// WGSL leaves pow() undefined for 0, infinities, NaN and negative bases; there the result is that of C.

// NaN: T is i32.
fn whole_power(a: T, b: T) -> T {
  if (b < 0) { return select(T(0), select(T(1), a, (i32(b) & 1) == 1), a == T(1) || a == T(-1)); }
  var power = T(1);
  var square = a;
  for (var left = u32(b); left > 0; left >>= 1) {
    if ((left & 1) == 1) { power *= square; }
    square *= square;
  }
  return power;
}

fn f(a: T, b: T) -> R {
  if (IS_INTEGER) { return R(whole_power(a, b)); }
  let base = f32(a);
  let exponent = f32(b);
  let size = abs(base);
  // NaN: `known` handles it, below.
  let is_whole = floor(exponent) == exponent;
  let is_endless = abs(exponent) == infinity();
  // pow() may return slightly less than a whole number where the exact power is whole.
  let magnitude = pow(size, exponent);
  let finite = select(magnitude, round(magnitude), is_whole & (exponent > 0) & (floor(base) == base));
  let limit = select(infinity(), 0.0, (size < 1) != (exponent < 0));
  let of_size = select(finite, limit, (size == 0) | (size == infinity()) | is_endless);
  let is_odd = is_whole & (abs(exponent) < 16777216) & (fract(abs(exponent) * 0.5) != 0); // larger floats are all even
  let is_negative = (bitcast<u32>(base) >> 31) == 1; // true for -0
  let signed = select(of_size, -of_size, is_odd & is_negative);
  let real = select(signed, sqrt(base), (base < 0) & !is_whole & (size < infinity())); // NaN: not real
  let known = select(select(real, 1.0, (size == 1) & is_endless), f32(a + b), is_nan(a) | is_nan(b));
  return R(select(known, 1.0, ((base == 1) & !is_nan(a)) | ((exponent == 0) & !is_nan(b))));
}
fn dfa(a: T, b: T, y: T) -> T { return select(zero_wins(b, T(f(a, b - 1))), T(0), (b == T(0)) & !is_nan(b)); }
fn dfb(a: T, b: T, y: T) -> T { return keep_nan(a, select(zero_wins(y, T(log(f32(a)))), T(0), a <= 0)); }
