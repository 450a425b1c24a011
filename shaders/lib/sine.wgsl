// Sine and cosine within 2^-22 for |x| < 8192; WGSL guarantees only 2^-11, and only in -pi .. pi. long_sine.wgsl
// handles every x.
// x = quarters * pi/2 + r with |r| <= pi/4: quarters * pi/2 is subtracted in three steps with exact products; sine and
// cosine of r are polynomials. Source: Moshier (1992), Cephes mathematical library, sinf.c.
struct Angle { quarters: i32, r: f32 }

fn angle_of(x: f32) -> Angle {
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

// The sine of an angle plus `shift` quarters.
fn shifted_sine(angle: Angle, shift: i32) -> f32 {
  let quadrant = (angle.quarters + shift) & 3;
  let value = select(sine_of_quarter(angle.r), cosine_of_quarter(angle.r), (quadrant & 1) == 1);
  return select(value, -value, quadrant >= 2);
}

fn sine(x: f32) -> f32 { return shifted_sine(angle_of(x), 0); }
fn cosine(x: f32) -> f32 { return shifted_sine(angle_of(x), 1); }
