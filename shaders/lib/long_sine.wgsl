// Sine and cosine within 2^-22 for every x; joined to sine.wgsl, which handles |x| < LONG.
// Larger |x| are an integer m times a power of two. m is multiplied by the relevant bits of 2/pi only: higher bits
// contribute whole turns, lower bits less than 2^-28 quarters.
// Source: Payne and Hanek (1983), "Radian reduction for trigonometric functions".
const LONG: f32 = 8192;
// 2/pi in units of 2^-192.
const TWO_OVER_PI = array<u32, 7>(0, 0xa2f9836e, 0x4e441529, 0xfc2757d1, 0xf534ddc0, 0xdb629599, 0x3c439041);

fn angle_of_long(x: f32) -> Angle {
  let bits = bitcast<u32>(x);
  let exponent = (bits >> 23) & 255;
  if (exponent == 255) { return Angle(0, bitcast<f32>(bits | 0x7fc00000)); } // infinity and NaN return NaN
  let m = (bits & 0x7fffff) | 0x800000; // |x| = m * 2^(exponent - 150)
  let first = exponent - 120; // the bit of TWO_OVER_PI that contributes 2 quarters per unit of m
  let at = first >> 5;
  let shift = first & 31;
  let high = (TWO_OVER_PI[at] << shift) | ((TWO_OVER_PI[at + 1] >> 1) >> (31 - shift));
  let low = (TWO_OVER_PI[at + 1] << shift) | ((TWO_OVER_PI[at + 2] >> 1) >> (31 - shift));
  // In units of 2^-30 quarters, modulo 4 quarters; m has 24 bits, so low is taken 8 at a time.
  let phase = high * m + (((low >> 24) * m) >> 8) + ((((low >> 16) & 255) * m) >> 16) + ((((low >> 8) & 255) * m) >> 24);
  let quarters = i32((phase + 0x20000000) >> 30);
  let r = f32(bitcast<i32>(phase << 2)) * 3.657295198e-10; // pi/2 * 2^-32
  if (x < 0) { return Angle(-quarters, -r); } // NaN: returned above
  return Angle(quarters, r);
}

// On hardware the long reduction costs nothing unless an x needs it. SwiftShader always computes both, which halves its
// speed.
fn any_angle(x: f32) -> Angle {
  var angle = angle_of(x);
  if (abs(x) >= LONG) { angle = angle_of_long(x); } // NaN: both branches keep it
  return angle;
}

fn any_sine(x: f32) -> f32 { return shifted_sine(any_angle(x), 0); }
fn any_cosine(x: f32) -> f32 { return shifted_sine(any_angle(x), 1); }
