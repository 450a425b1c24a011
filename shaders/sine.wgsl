// Sine and cosine within 2^-22; WGSL promises no more than 2^-11, and only in -pi .. pi.
// x = quarters * pi/2 + r with r of at most pi/4; then a polynomial in r follows. Below LONG, quarters * pi/2 is taken off in
// three steps, whose products are exact. From there on x, a whole multiple m of a power of two, is multiplied with those bits
// of 2/pi that matter: higher ones make whole turns, lower ones less than 2^-28 quarters.
// Sources: Moshier (1992), Cephes mathematical library, sinf.c; Payne and Hanek (1983), "Radian reduction for
// trigonometric functions".
const LONG: f32 = 8192;
// 2/pi in units of 2^-192.
const TWO_OVER_PI = array<u32, 7>(0, 0xa2f9836e, 0x4e441529, 0xfc2757d1, 0xf534ddc0, 0xdb629599, 0x3c439041);

struct Angle { quarters: i32, r: f32 }

// For LONG <= |x|; NaN for infinity.
fn angle_of_long(x: f32) -> Angle {
  let bits = bitcast<u32>(x);
  let exponent = (bits >> 23) & 255;
  if (exponent == 255) { return Angle(0, bitcast<f32>(bits | 0x7fc00000)); }
  let m = (bits & 0x7fffff) | 0x800000; // |x| = m * 2^(exponent - 150)
  let first = exponent - 120; // the bit of TWO_OVER_PI that makes 2 quarters of each of m
  let at = first >> 5;
  let shift = first & 31;
  let high = (TWO_OVER_PI[at] << shift) | ((TWO_OVER_PI[at + 1] >> 1) >> (31 - shift));
  let low = (TWO_OVER_PI[at + 1] << shift) | ((TWO_OVER_PI[at + 2] >> 1) >> (31 - shift));
  // In units of 2^-30 quarters, modulo 4 quarters; m has 24 bits, so low is taken 8 at a time.
  let phase = high * m + (((low >> 24) * m) >> 8) + ((((low >> 16) & 255) * m) >> 16) + ((((low >> 8) & 255) * m) >> 24);
  let quarters = i32((phase + 0x20000000) >> 30);
  let r = f32(bitcast<i32>(phase << 2)) * 3.657295198e-10; // pi/2 * 2^-32
  if (x < 0) { return Angle(-quarters, -r); }
  return Angle(quarters, r);
}

fn angle_of(x: f32) -> Angle {
  if (abs(x) >= LONG) { return angle_of_long(x); }
  let quarters = round(x * 0.636619772);
  return Angle(i32(quarters), x - quarters * 1.5703125 - quarters * 4.837512969970703e-4 - quarters * 7.54978995489188e-8);
}

fn sine_of_quarter(r: f32) -> f32 {
  let s = r * r;
  return r + r * s * (-1.6666654611e-1 + s * (8.3321608736e-3 - s * 1.9515295891e-4));
}

fn cosine_of_quarter(r: f32) -> f32 {
  let s = r * r;
  return 1 - 0.5 * s + s * s * (4.166664568298827e-2 + s * (-1.388731625493765e-3 + s * 2.443315711809948e-5));
}

// sin(x + shift * pi/2)
fn shifted_sine(x: f32, shift: i32) -> f32 {
  let angle = angle_of(x);
  let quadrant = (angle.quarters + shift) & 3;
  let value = select(sine_of_quarter(angle.r), cosine_of_quarter(angle.r), (quadrant & 1) == 1);
  return select(value, -value, quadrant >= 2);
}

fn sine(x: f32) -> f32 { return shifted_sine(x, 0); }
fn cosine(x: f32) -> f32 { return shifted_sine(x, 1); }
